/** A patch writes down the notes that no voice plays any more. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { adsr } from "../../../modules/envelopes/adsr.ts";
import { definePatch, instrument } from "../../../modules/patch.ts";
import type { Polyphony } from "../../../compiler/graph/graph.ts";
import { endedNotesKept } from "../../../compiler/graph/compiled_patch.ts";
import { noteEndedText } from "../../../compiler/wat/ended_notes.ts";
import { runText } from "../../../testing/compiler/run_text.ts";
import { textSourceOf } from "../../../testing/compiler/text_source.ts";
import { patches } from "../../../patches/ready/catalogue.ts";
import { PatchPlayer } from "../../../testing/patch/patch_player.ts";
import { playStep } from "../../../testing/compiler/comparison.ts";
import { scores } from "../../../testing/compiler/random_patch.ts";

/** An instrument whose notes fade within 10 ms; one that gets velocity 0.5 gives no numbers. */
function probe(polyphony: Partial<Polyphony>): Promise<PatchPlayer> {
  return PatchPlayer.of(definePatch({
    name: "ends",
    instruments: {
      one: instrument({
        ...polyphony,
        parameters: {},
        voice: (note) => ({
          output: note.velocity.over(note.velocity.minus(0.5)).times(0.01),
          envelope: adsr({ gate: note.gate, trigger: note.trigger, sustain: 1, releaseSeconds: 0.01 }),
        }),
      }),
    },
    parameters: {},
    output: ({ one }) => one,
  }));
}

/** How many have ended, and the last of them. */
function ended({ memory, patch }: PatchPlayer): { count: number; ids: number[] } {
  const words = new Int32Array(memory, patch.arena.endedNotesOffset!);
  const count = words[0];
  const kept = Math.min(count, endedNotesKept);
  return {
    count,
    ids: Array.from(
      { length: kept },
      (_, index) => words[4 + ((count - kept + index) & (endedNotesKept - 1)) * 2 + 1],
    ),
  };
}

Deno.test("a note ends when its voice has faded away, once, also when it is a unison", async () => {
  for (const unison of [1, 3]) {
    const player = await probe({ voices: 6, unison });
    player.on(7, 60).play(480);
    assert.equal(ended(player).count, 0);
    player.off(7).play(100);
    assert.equal(ended(player).count, 0, "it still fades");
    player.play(1_000);
    assert.deepEqual(ended(player), { count: 1, ids: [7] });
    player.play(1_000);
    assert.equal(ended(player).count, 1);
  }
});

Deno.test("a note whose voices are taken has ended, one that is struck again has not", async () => {
  const player = await probe({ voices: 2 });
  player.on(1, 60).on(2, 62).play(100);
  player.on(1, 60).play(100);
  assert.equal(ended(player).count, 0);
  player.on(3, 64).play(100);
  assert.equal(ended(player).count, 0, "it still fades");
  player.play(200);
  assert.deepEqual(ended(player).ids, [2]);
});

Deno.test("in legato the note before has ended when the voice goes on to the next", async () => {
  const player = await probe({ voices: 1, mode: "legato" });
  player.on(1, 60).play(100);
  player.on(2, 62).play(100);
  assert.deepEqual(ended(player).ids, [1]);
});

Deno.test("after a panic, and when a voice is poisoned, notes have ended too", async () => {
  const player = await probe({ voices: 4 });
  player.on(1, 60).on(2, 62, 0.5).play(100);
  assert.deepEqual(ended(player).ids, [2]);
  player.exports.panic();
  player.play(1_000);
  assert.deepEqual(ended(player).ids, [2, 1]);
});

Deno.test("whatever is played, when all is silent every note has ended as often as it began", async () => {
  for (const polyphony of [{ voices: 3 }, { voices: 4, unison: 2 }, { voices: 1, mode: "mono" as const }]) {
    const player = await probe(polyphony);
    fc.assert(
      fc.property(scores, (score) => {
        const before = ended(player).count;
        for (const step of score) playStep(player, step);
        player.exports.panic();
        player.play(2_000);
        const { count } = ended(player);
        const struck = score.filter(({ event }) =>
          event.do === "on" && event.number >= 0 && event.number <= 127 && event.velocity > 0
        ).length;
        assert.ok(count - before <= struck * 2, "none ends that never began");
        assert.ok(struck === 0 || count > before);
        player.play(500);
        assert.equal(ended(player).count, count);
      }),
      { numRuns: 40 },
    );
  }
});

Deno.test("of very many ended notes the last are known, each at the place of its number, also when the count wraps", () => {
  const { plan } = textSourceOf(patches.sines);
  const at = 1_024;
  const { call, words } = runText(
    noteEndedText({ ...plan, endedNotes: at }),
    `(func (export "end") (param $instrument i32) (param $id i32)
      (call $note_ended (local.get $instrument) (local.get $id)))`,
  );
  const first = 2 ** 31 - 10; // the count is about to wrap
  words[at / 4] = first;
  const total = endedNotesKept + 20;
  for (let id = 0; id < total; id++) call("end", id % 3, id);
  assert.equal(words[at / 4], (first + total) | 0);
  for (let id = total - endedNotesKept; id < total; id++) {
    const place = at / 4 + 4 + ((first + id) & (endedNotesKept - 1)) * 2;
    assert.deepEqual([words[place], words[place + 1]], [id % 3, id]);
  }
});
