import assert from "node:assert/strict";
import { sine } from "../../../modules/oscillators/sine.ts";
import { definePatch, type Instrument, instrument } from "../../../modules/patch.ts";
import { chokeText } from "../../../compiler/wat/choke.ts";
import { constant } from "../../../modules/signal/signal.ts";
import { runText } from "../../../testing/compiler/run_text.ts";
import { PatchPlayer, peak, testFormat } from "../../../testing/patch/patch_player.ts";

/** A drum kit of steady tones: each note at its own loudness, so that it can be told which of them sound. */
function kit(options: Partial<Instrument> = {}) {
  return definePatch({
    name: "kit",
    instruments: {
      drums: instrument({
        ...{ voices: 8, chokeGroups: [[42, 44, 46], [80, 81]], ...options },
        parameters: {},
        voice: ({ gate, velocity }) => ({
          output: sine({ frequencyHz: constant(1_000) }).times(velocity),
          envelope: gate.select(constant(1), 0),
        }),
      }),
    },
    parameters: {},
    output: ({ drums }) => drums,
  });
}

/** What the text of a choke calls, with voices at the beginning of the memory. */
const sharedLane =
  `(func $drums_lane (param $voice i32) (result i32) (i32.shl (local.get $voice) (i32.const 2)))`;

const sounding = ({ memory, patch }: PatchPlayer) => {
  const [{ offset, groupCount, groupBytes }] = patch.arena.voices!;
  const words = new Int32Array(memory);
  return Array.from(
    { length: groupCount * 4 },
    (_, voice) => words[(offset + (voice >> 2) * groupBytes) / 4 + voice % 4],
  )
    .filter((alive) => alive !== 0).length;
};

Deno.test("a closed hi-hat ends an open one within 5 ms, without a click", async () => {
  const player = await PatchPlayer.of(kit());
  player.on(46).play(4_800);
  assert.equal(sounding(player), 1);
  player.on(42, 42, 0.01);
  const heard = player.play(480, 0);
  // the louder one falls in a straight line of 240 frames
  assert.ok(peak(heard.subarray(0, 48)) > 0.75);
  assert.ok(peak(heard.subarray(241)) < 0.011);
  const steepest = heard.reduce((most, one, at) => at ? Math.max(most, Math.abs(one - heard[at - 1])) : 0, 0);
  assert.ok(steepest < 0.14, `steepest step ${steepest}; a sine of 1 kHz moves by 0.131`);
  assert.equal(sounding(player), 1);
});

Deno.test("notes of other groups, and of none, ring on", async () => {
  const player = await PatchPlayer.of(kit());
  player.on(46).on(36).on(80).play(480);
  player.on(44).play(480);
  assert.equal(sounding(player), 3, "36, 44 and 80");
  player.on(81).play(480);
  assert.equal(sounding(player), 3, "36, 44 and 81");
  player.on(36, 36).play(480);
  assert.equal(sounding(player), 3);
});

Deno.test("a note struck again under its own id goes on; another of the same number is choked", async () => {
  const player = await PatchPlayer.of(kit());
  player.on(46).play(480);
  player.on(46).play(480);
  assert.equal(sounding(player), 1);
  player.on(1_000, 46).play(480);
  assert.equal(sounding(player), 1);
});

Deno.test("all voices of a unison are choked, however far they are detuned, also under the pedal", async () => {
  const player = await PatchPlayer.of(kit({ voices: 12, unison: 4, detuneCents: 1_200 }));
  player.exports.pedal(0, 1);
  player.on(46).play(480);
  player.off(46).play(480);
  assert.equal(sounding(player), 4);
  player.on(42).play(480);
  assert.equal(sounding(player), 4);
});

Deno.test("a note belongs to the group of the nearest whole note, or to none", () => {
  const { instruments: [instrument] } = kit().build(testFormat);
  const { call } = runText(
    sharedLane,
    chokeText(instrument, testFormat),
    `(func (export "group") (param $number f32) (result i32) (call $drums_choke_group (local.get $number)))`,
  );
  const numbers = [42, 44.4, 45.6, 80.49, 43, 79, 0, 127];
  assert.deepEqual(numbers.map((number) => call("group", number)), [1, 1, 1, 2, 0, 0, 0, 0]);
  assert.equal(
    chokeText({ ...instrument, polyphony: { ...instrument.polyphony, chokeGroups: [] } }, testFormat),
    "",
  );
});

Deno.test("groups that make no sense are refused where the instrument is built", () => {
  const build = (options: Partial<Instrument>) => kit(options).build(testFormat);
  assert.throws(
    () => build({ mode: "mono", voices: 1 }),
    /chokeGroups: a mono instrument has one voice to choke/,
  );
  assert.throws(() => build({ chokeGroups: [[1, 200]] }), /instrument drums: chokeGroups: .* found 200/);
});
