/** A voice that gives NaN or infinity is silenced and counted; no other voice changes. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { adsr } from "../../modules/envelopes/adsr.ts";
import { stateVariable } from "../../modules/filters/state_variable.ts";
import { saw } from "../../modules/oscillators/saw.ts";
import { definePatch, instrument, type Note, type Patch } from "../../modules/patch.ts";
import { DelayLine } from "../../modules/signal/delay_line.ts";
import { feedback } from "../../modules/signal/feedback.ts";
import type { Signal } from "../../modules/signal/signal.ts";
import { delay } from "../../modules/time/delay.ts";
import { compileForTest, PatchPlayer, peak, sameBits } from "../../testing/patch/patch_player.ts";

/** A note of this velocity is poisoned by what it plays through. */
const poisonous = 0.25;

type Poison = (sound: Signal<"1">, note: Note) => Signal<"1">;

/** Zero for the poisonous velocity and for no other. */
const distance = ({ velocity }: Note) => velocity.minus(poisonous);

const poisons: Readonly<Record<string, Poison>> = {
  "a division by zero": (sound, note) => sound.over(distance(note)),
  "zero divided by zero": (sound, note) => sound.plus(distance(note).over(distance(note)).minus(1)),
  "a feedback that grows without end": (sound, note) =>
    distance(note).equals(0).select(feedback(1, (previous) => previous.times(1.9)), sound),
  "a filter that is fed an infinity": (sound, note) =>
    stateVariable({ input: sound.plus(sound.over(distance(note)).times(1e-9)), cutoffHz: 900 }).low,
  "the square of what a delay line with a feedback above one gives": (sound, note) => {
    const line = new DelayLine(3);
    const heard = line.read(3);
    line.write(sound.plus(heard.times(distance(note).equals(0).select(1e6, 0.1))));
    return heard.squared();
  },
  "one single frame": (sound, note) =>
    delay({ input: sound, timeSeconds: 0.01, maximumSeconds: 0.02 })
      .plus(distance(note).over(distance(note).plus(note.trigger.select(0, 1)))),
};

function patchOf(poison: Poison): Patch {
  return definePatch({
    name: "poisoned",
    instruments: {
      one: instrument({
        voices: 12,
        parameters: {},
        voice: (note) => {
          const sound = poison(saw({ frequencyHz: note.frequencyHz }), note);
          const { gate, trigger } = note;
          return {
            output: [sound, sound.times(0.5)],
            envelope: adsr({ gate, trigger, releaseSeconds: 0.05 }),
          };
        },
      }),
    },
    parameters: {},
    output: ({ one }) => one,
  });
}

for (const [name, poison] of Object.entries(poisons)) {
  Deno.test(`${name} silences its own voice, is counted once, and changes no bit of the others`, async () => {
    const compiled = await compileForTest(patchOf(poison));
    const chords = fc.uniqueArray(fc.integer({ min: 30, max: 90 }), { minLength: 1, maxLength: 9 });
    const frames = fc.integer({ min: 1, max: 700 });
    fc.assert(
      fc.property(
        chords,
        frames,
        frames,
        fc.constantFrom(1, 17, 64),
        (chord, before, between, blockFrames) => {
          const [struck, spared] = [new PatchPlayer(compiled), new PatchPlayer(compiled)];
          const both = (play: (player: PatchPlayer) => void) => (play(struck), play(spared));
          const hearTheSame = (count: number) => {
            const [left, right] = [struck, spared].map((player) =>
              player.play(count, undefined, blockFrames)
            );
            assert.ok(sameBits(left, right), "the others sound as if nothing had happened");
            assert.ok(left.every(Number.isFinite));
            return left;
          };
          both((player) => chord.forEach((number) => player.on(number)));
          hearTheSame(before);
          struck.on(1_000, 61, poisonous);
          // until it is poisoned, the voice is heard
          const poisoned = struck.play(900, undefined, blockFrames);
          spared.play(900, undefined, blockFrames);
          assert.ok(poisoned.every(Number.isFinite), "what is no number is not heard");
          assert.equal(struck.poisonedVoices, 1);
          hearTheSame(between);
          // the lane is free again, and begins from the beginning
          both((player) => player.on(2_000, 65));
          assert.ok(peak(hearTheSame(300)) > 0);
          both((player) => chord.forEach((number) => player.off(number)));
          hearTheSame(9_000);
          assert.deepEqual([struck, spared].map((player) => player.poisonedVoices), [1, 0]);
        },
      ),
      { numRuns: 12 },
    );
  });
}

Deno.test("a parameter that poisons all voices leaves silence, a count, and voices for the next notes", async () => {
  const patch = definePatch({
    name: "poisoned",
    instruments: {
      one: instrument({
        voices: 6,
        parameters: {
          divisor: {
            ...{ unit: "1", min: 0, max: 1, default: 1, curve: "linear", smoothingSeconds: 0 },
            why: "for testing",
          },
        },
        voice: ({ frequencyHz, gate, trigger }, p) => ({
          output: saw({ frequencyHz }).over(p.divisor),
          envelope: adsr({ gate, trigger }),
        }),
      }),
    },
    parameters: {},
    output: ({ one }) => one,
  });
  const player = await PatchPlayer.of(patch);
  [50, 55, 60, 65, 70].forEach((number) => player.on(number));
  assert.ok(peak(player.play(512)) > 0);
  player.set("one/divisor", 0);
  assert.equal(peak(player.play(512)), 0);
  assert.equal(player.poisonedVoices, 5);
  player.set("one/divisor", 1).on(62);
  assert.ok(peak(player.play(512)) > 0);
  assert.equal(player.poisonedVoices, 5);
});

Deno.test("a note struck again as softly as can be poisons nothing", async () => {
  const player = await PatchPlayer.of(patchOf((sound, { velocity }) => sound.times(velocity)));
  player.on(60).play(100);
  for (const velocity of [1e-45, 1, 1e-38, 1e-45, 0.5]) {
    player.on(60, 60, velocity);
    assert.ok(peak(player.play(20)) < 4);
  }
  assert.ok(player.play(2_000).every(Number.isFinite));
  assert.equal(player.poisonedVoices, 0);
});
