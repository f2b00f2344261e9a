/** Notes that are moved while they sound. */
import assert from "node:assert/strict";
import { adsr } from "../../../modules/envelopes/adsr.ts";
import { definePatch, instrument } from "../../../modules/patch.ts";
import { expressions } from "../../../compiler/graph/graph.ts";
import { expressionText, unexpressedText } from "../../../compiler/wat/expression.ts";
import { patches } from "../../../patches/ready/catalogue.ts";
import { runText } from "../../../testing/compiler/run_text.ts";
import { textSourceOf } from "../../../testing/compiler/text_source.ts";
import { instrumentWords, voiceField } from "../../../compiler/plan/arena.ts";
import { PatchPlayer } from "../../../testing/patch/patch_player.ts";

const [bend, pressure, timbre] = [0, 1, 2];

/** A patch whose voices give what moves them: bend on the left, pressure and timbre on the right. */
function probe(mode: "poly" | "legato" = "poly"): Promise<PatchPlayer> {
  return PatchPlayer.of(definePatch({
    name: "expression",
    instruments: {
      one: instrument({
        voices: mode === "poly" ? 4 : 1,
        mode,
        parameters: {},
        voice: (note) => ({
          output: [note.bend.as("1"), note.pressure.plus(note.timbre.times(10))],
          envelope: adsr({
            gate: note.gate,
            trigger: note.trigger,
            attackSeconds: 0.001,
            sustain: 1,
            releaseSeconds: 1,
          }),
        }),
      }),
    },
    parameters: {},
    output: ({ one }) => one,
  }));
}

/** What all voices together give once their envelopes have risen. */
function heard(player: PatchPlayer): [number, number] {
  const samples = player.play(400);
  return [samples[798], samples[799]].map((value) => Math.round(value * 1e4) / 1e4) as [number, number];
}

Deno.test("expression of a note reaches the notes with its id, that of the instrument all; both add up", async () => {
  const player = await probe();
  player.on(1, 60).on(2, 64);
  assert.deepEqual(heard(player), [0, 0]);
  player.exports.express(0, 1, bend, 2);
  assert.deepEqual(heard(player), [2, 0]);
  player.exports.express_all(0, bend, 0.5);
  assert.deepEqual(heard(player), [3, 0]);
  player.exports.express(0, 2, pressure, 0.25);
  player.exports.express(0, 2, timbre, 0.5);
  assert.deepEqual(heard(player), [3, 5.25]);
  player.exports.express(0, 9, bend, 7);
  assert.deepEqual(heard(player), [3, 5.25], "no note has this id");
});

Deno.test("a note begins with the instrument's expression and without anybody's own, also on a taken voice", async () => {
  const player = await probe();
  player.exports.express_all(0, bend, 1);
  player.on(1, 60);
  assert.deepEqual(heard(player), [1, 0]);
  player.exports.express(0, 1, bend, 5);
  assert.deepEqual(heard(player), [6, 0]);
  player.on(1, 62);
  assert.deepEqual(heard(player), [1, 0], "struck again");
  player.exports.express(0, 1, pressure, 1);
  player.on(2, 64).on(3, 65).on(4, 66).on(5, 67);
  assert.equal(heard(player)[1], 0, "the voice was stolen");
});

Deno.test("a released note is still moved while it sounds", async () => {
  const player = await probe();
  player.on(1, 60);
  heard(player);
  player.off(1);
  player.exports.express(0, 1, bend, 3);
  assert.ok(heard(player)[0] > 2);
});

Deno.test("in legato the next key begins unbent", async () => {
  const player = await probe("legato");
  player.on(1, 60);
  player.exports.express(0, 1, bend, 4);
  assert.deepEqual(heard(player), [4, 0]);
  player.on(2, 62);
  assert.deepEqual(heard(player), [0, 0]);
  player.exports.express(0, 2, bend, 1);
  assert.deepEqual(heard(player), [1, 0]);
});

Deno.test("pressure and timbre stay between 0 and 1 for the voice, whatever adds up; unknown kinds do nothing", async () => {
  const player = await probe();
  player.on(1, 60);
  player.exports.express(0, 1, pressure, 0.75);
  player.exports.express_all(0, pressure, 0.75);
  player.exports.express_all(0, timbre, -3);
  player.exports.express(0, 1, 3, 9);
  player.exports.express_all(0, -1, 9);
  assert.deepEqual(heard(player), [0, 1]);
});

Deno.test("a note that begins has the instrument's expression and none of its own, of every kind", () => {
  const { plan: { instruments: [places] } } = textSourceOf(patches.sines);
  const [lane, words] = [1_024, 4_096];
  const { call, floats } = runText(
    `(func $one_lane (param $voice i32) (result i32) (i32.const ${lane}))`,
    expressionText("one", 1, { ...places, words }),
    `(func (export "begin") (local $lane i32) (local.set $lane (i32.const ${lane})) ${
      unexpressedText("one")
    })`,
  );
  expressions.forEach((kind, index) => {
    floats[(words + instrumentWords.expression) / 4 + index] = index + 1;
    floats[(lane + voiceField.own) / 4 + index * 4] = 9;
    floats[(lane + voiceField[kind]) / 4] = 9;
  });
  call("begin");
  expressions.forEach((kind, index) => {
    assert.equal(floats[(lane + voiceField[kind]) / 4], index + 1);
    assert.equal(floats[(lane + voiceField.own) / 4 + index * 4], 0);
  });
});
