/** Voices that are taken while they sound: no click, and no blast, whatever the instrument does with velocity. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { adsr } from "../../../modules/envelopes/adsr.ts";
import { saw } from "../../../modules/oscillators/saw.ts";
import { sine } from "../../../modules/oscillators/sine.ts";
import { definePatch, instrument, type Note, type Patch } from "../../../modules/patch.ts";
import { stealingRules } from "../../../compiler/graph/graph.ts";
import { dbToGain } from "../../../modules/signal/math.ts";
import type { Signal } from "../../../modules/signal/signal.ts";
import { velocityPower } from "../../../compiler/plan/velocity_power.ts";
import { stateVariable } from "../../../modules/filters/state_variable.ts";
import { PatchPlayer, peak, testFormat } from "../../../testing/patch_player.ts";

/** One voice whose tone is treated with its velocity in some way. */
function patchWith(treat: (tone: Signal<"1">, velocity: Signal<"1">, note: Note) => Signal<"1">): Patch {
  return definePatch({
    name: "treated",
    instruments: {
      one: instrument({
        voices: 1,
        parameters: {},
        voice: (note) => ({
          output: treat(sine({ frequencyHz: note.frequencyHz }), note.velocity, note),
          envelope: adsr({
            gate: note.gate,
            trigger: note.trigger,
            attackSeconds: 0.005,
            sustain: 1,
            releaseSeconds: 0.1,
          }),
        }),
      }),
    },
    parameters: {},
    output: ({ one }) => one,
  });
}

/** Ways to use velocity, and how often it is a factor. */
const treatments: Readonly<
  Record<string, { power: number; treat: Parameters<typeof patchWith>[0] }>
> = {
  "a factor": { power: 1, treat: (tone, velocity) => tone.times(velocity) },
  "a factor in a sum": {
    power: 1,
    treat: (tone, velocity) => tone.times(velocity).plus(velocity.times(0.1)),
  },
  "its square": { power: 2, treat: (tone, velocity) => tone.times(velocity).times(velocity) },
  "its cube, negated": { power: 3, treat: (tone, v) => tone.times(v.squared()).negated().times(v) },
  "not used": { power: 0, treat: (tone) => tone },
  "before a filter": {
    power: 0,
    treat: (tone, v) => stateVariable({ input: tone.times(v), cutoffHz: 300, q: 0.7 }).low,
  },
  "before and after a filter": {
    power: 1,
    treat: (tone, v) => stateVariable({ input: tone, cutoffHz: 300, q: 0.7 }).low.times(v),
  },
  "chosen by a condition": { power: 1, treat: (tone, v, { gate }) => gate.select(tone, 0).times(v) },
};

/** Largest step from one sample to the next. */
function steepest(samples: Float32Array, before = samples[0]): number {
  let last = before;
  return samples.reduce((most, sample) => {
    const step = Math.abs(sample - last);
    last = sample;
    return Math.max(most, step);
  }, 0);
}

for (const [name, { power, treat }] of Object.entries(treatments)) {
  Deno.test(`velocity is ${name}: a voice taken again neither clicks nor blasts`, async () => {
    const patch = patchWith(treat);
    assert.equal(velocityPower(patch.build(testFormat).instruments[0].voice), power);
    const player = await PatchPlayer.of(patch);
    const velocities = fc.constantFrom(1, 0.5, 0.1, 0.01, 1e-4, 1e-30);
    fc.assert(
      fc.property(
        velocities,
        velocities,
        fc.integer({ min: 1, max: 700 }),
        fc.integer({ min: 1, max: 700 }),
        (
          first,
          second,
          frames,
          later,
        ) => {
          player.exports.panic();
          player.play(300);
          player.on(1, 45, first);
          const old = player.play(frames, 0);
          player.on(2, 45, second);
          const taken = player.play(later, 0);
          player.on(2, 45, first);
          const again = player.play(600, 0);
          const loudest = 1.1 * Math.max(first, second, 1e-6) ** power;
          const all = [old, taken, again];
          assert.ok(all.every((part) => part.every(Number.isFinite)));
          assert.ok(all.every((part) => peak(part) <= loudest * 1.3), "no blast");
          // the slope of the tone itself, and of a fade over 5 ms
          const slope = loudest * (2 * Math.PI * 110 / 48_000 + 2 / 240);
          assert.ok(steepest(taken, old.at(-1)) <= slope, "no click when it is taken");
          assert.ok(steepest(again, taken.at(-1)) <= slope, "no click when it is repeated");
        },
      ),
      { numRuns: 60 },
    );
  });
}

Deno.test("velocity through a curve that is no power: no blast", async () => {
  const patch = patchWith((tone, velocity) => tone.times(dbToGain(velocity.times(40).minus(40).as("dB"))));
  assert.equal(velocityPower(patch.build(testFormat).instruments[0].voice), 0);
  const player = (await PatchPlayer.of(patch)).on(1, 45, 1);
  player.play(1_000);
  player.on(2, 45, 0.01);
  assert.ok(peak(player.play(1_000)) <= 1);
});

Deno.test("stealing does not click by any rule: the tone goes on from where it is", async () => {
  for (const steal of stealingRules.filter((rule) => rule !== "none")) {
    const patch = definePatch({
      name: "stolen",
      instruments: {
        one: instrument({
          voices: 3,
          steal,
          parameters: {},
          voice: ({ frequencyHz, velocity, gate, trigger }) => ({
            output: sine({ frequencyHz }).times(velocity),
            envelope: adsr({ gate, trigger, attackSeconds: 0.01, releaseSeconds: 0.1 }),
          }),
        }),
      },
      parameters: {},
      output: ({ one }) => one,
    });
    const player = await PatchPlayer.of(patch);
    const strike = fc.record({
      number: fc.integer({ min: 33, max: 57 }),
      velocity: fc.constantFrom(1, 0.3, 0.05),
      frames: fc.integer({ min: 1, max: 900 }),
    });
    let last = 0;
    fc.assert(
      fc.property(fc.array(strike, { minLength: 8, maxLength: 20 }), (strikes) => {
        for (const [id, { number, velocity, frames }] of strikes.entries()) {
          player.on(id, number, velocity);
          const heard = player.play(frames, 0);
          assert.ok(steepest(heard, last) <= 3 * (2 * Math.PI * 220 / 48_000 + 2 / 240), steal);
          last = heard.at(-1)!;
        }
      }),
      { numRuns: 30 },
    );
  }
});

Deno.test("a stolen voice plays the new pitch at once", async () => {
  const patch = definePatch({
    name: "one",
    instruments: {
      one: instrument({
        voices: 1,
        parameters: {},
        voice: ({ frequencyHz, gate }) => ({ output: saw({ frequencyHz }), envelope: gate.select(1, 0) }),
      }),
    },
    parameters: {},
    output: ({ one }) => one,
  });
  const player = (await PatchPlayer.of(patch)).on(1, 45);
  player.play(1_000);
  player.on(2, 69);
  const falls = [...player.play(48_000, 0)].filter((sample, index, all) => all[index - 1] > 0 && sample <= 0);
  assert.ok(Math.abs(falls.length - 440) <= 1, `${falls.length} periods`);
});
