import assert from "node:assert/strict";
import fc from "fast-check";
import { stateVariable } from "../../../modules/filters/state_variable.ts";
import { noise } from "../../../modules/oscillators/noise.ts";
import { constant } from "../../../modules/signal/signal.ts";
import { peak } from "../../../testing/patch/patch_player.ts";
import { rms, silentFrom } from "../../../testing/measure/level.ts";
import { decibels, gainDbAt, phaseTurnsAt } from "../../../testing/measure/spectrum.ts";
import { effectPatch, effectPlayer, impulse, process, rateHz } from "../../../testing/trial/trial_patch.ts";

type Mode = "low" | "band" | "high" | "notch" | "peak" | "allPass";
const modes: readonly Mode[] = ["low", "band", "high", "notch", "peak", "allPass"];

/** Gain in decibels over frequency. */
async function filter(mode: Mode, cutoffHz: number, q = Math.SQRT1_2) {
  const patch = effectPatch((input) => stateVariable({ input, cutoffHz, q })[mode]);
  const response = process(await effectPlayer(patch), impulse(4 * rateHz));
  return {
    gainDb: (frequencyHz: number) => gainDbAt(response, frequencyHz, rateHz),
    phaseTurns: (frequencyHz: number) => phaseTurnsAt(response, frequencyHz, rateHz),
  };
}

function near(found: number, expected: number, tolerance: number, what: string): void {
  assert.ok(Math.abs(found - expected) <= tolerance, `${what}: expected ${expected}, found ${found}`);
}

const flatDb = decibels(Math.SQRT1_2);

Deno.test("at q 0.707 low and high have -3 dB at the cutoff, from 20 Hz to 18 kHz", async () => {
  for (const cutoffHz of [20, 100, 1_000, 5_000, 18_000]) {
    for (const mode of ["low", "high"] as const) {
      const { gainDb } = await filter(mode, cutoffHz);
      near(gainDb(cutoffHz), flatDb, 0.02, `${mode} at ${cutoffHz} Hz`);
    }
  }
});

Deno.test("low and high fall by 12 dB an octave, band by 6 on both sides, and pass what they should", async () => {
  const cutoffHz = 400;
  const [low, high, band] = await Promise.all(
    (["low", "high", "band"] as const).map((mode) => filter(mode, cutoffHz)),
  );
  // well below half of the rate, where the bilinear transform bends nothing
  near(low.gainDb(cutoffHz * 8) - low.gainDb(cutoffHz * 4), -12.04, 0.6, "low");
  near(high.gainDb(cutoffHz / 8) - high.gainDb(cutoffHz / 4), -12.04, 0.1, "high");
  near(band.gainDb(cutoffHz / 16) - band.gainDb(cutoffHz / 8), -6.02, 0.1, "band below");
  near(band.gainDb(cutoffHz * 16) - band.gainDb(cutoffHz * 8), -6.02, 0.6, "band above");
  near(low.gainDb(10), 0, 0.001, "low passes");
  near(high.gainDb(20_000), 0, 0.01, "high passes");
});

Deno.test("low, band and high have the gain q at the cutoff; peak twice that, notch nothing, all-pass 1", async () => {
  const cutoffHz = 1_000;
  for (const q of [0.5, 2, 10, 50]) {
    const at = async (mode: Mode) => (await filter(mode, cutoffHz, q)).gainDb(cutoffHz);
    for (const mode of ["low", "band", "high"] as const) {
      near(await at(mode), decibels(q), 0.05, `${mode} ${q}`);
    }
    near(await at("peak"), decibels(2 * q), 0.05, `peak ${q}`);
    near(await at("allPass"), 0, 0.01, `all-pass ${q}`);
    assert.ok(await at("notch") < -55, `notch ${q}: ${await at("notch")}`);
  }
});

Deno.test("the all-pass changes no level anywhere, and turns the phase by half a turn at the cutoff", async () => {
  const { gainDb, phaseTurns } = await filter("allPass", 1_000, 2);
  for (const frequencyHz of [20, 500, 990, 1_000, 1_100, 5_000, 20_000]) {
    near(gainDb(frequencyHz), 0, 0.01, `${frequencyHz} Hz`);
  }
  near(Math.abs(phaseTurns(1_000)), 0.5, 0.001, "at the cutoff");
  near(phaseTurns(5), 0, 0.01, "far below");
});

Deno.test("notch and peak pass what is far from the cutoff", async () => {
  for (const mode of ["notch", "peak"] as const) {
    const { gainDb } = await filter(mode, 1_000);
    near(gainDb(10), 0, 0.05, mode);
    near(gainDb(22_000), 0, 0.05, mode);
  }
});

Deno.test("at the ends of its ranges every mode is stable and dies away", async () => {
  for (const cutoffHz of [5, 20_000]) {
    for (const q of [0.5, 100]) {
      for (const sampleRateHz of [8_000, 44_100, 192_000]) {
        const patch = effectPatch((input) => {
          const all = stateVariable({ input, cutoffHz, q });
          return modes.reduce((sum, mode) => sum.plus(all[mode].abs()), constant(0));
        });
        const player = await effectPlayer(patch, { sampleRateHz });
        const heard = process(player, impulse(2 * sampleRateHz));
        assert.ok(peak(heard) < 600, `${cutoffHz} Hz, q ${q} at ${sampleRateHz}: ${peak(heard)}`);
        const half = sampleRateHz;
        const [early, late] = [heard.subarray(0, half), heard.subarray(half)];
        assert.ok(rms(late) < rms(early), `${cutoffHz} Hz, q ${q} at ${sampleRateHz} grows`);
      }
    }
  }
});

Deno.test("the longest ringing there is ends in exact zero", async () => {
  const sampleRateHz = 8_000;
  const patch = effectPatch((input) => stateVariable({ input, cutoffHz: 5, q: 100 }).band);
  const player = await effectPlayer(patch, { sampleRateHz });
  process(player, impulse(1));
  // the time constant is 6.4 s; 34.5 of them make 1e-15 of it
  const heard = process(player, new Float32Array(240 * sampleRateHz));
  assert.ok(silentFrom(heard) < 230 * sampleRateHz, `${silentFrom(heard) / sampleRateHz} s`);
  assert.ok(silentFrom(heard) > 150 * sampleRateHz, `${silentFrom(heard) / sampleRateHz} s`);
});

/** Ways in which a parameter can be moved each frame, from 0 to 1. */
const motions: readonly ((frame: number) => number)[] = [
  (frame) => frame % 2,
  (frame) => (frame >> 3) % 2,
  (frame) => (1 + Math.sin(frame * 0.7)) / 2,
  (frame) => (frame % 97) / 96,
  (frame) => ((frame * 2_654_435_761) >>> 0) / 2 ** 32,
  () => 1,
];

Deno.test("no motion of the cutoff at audio rate makes it grow: without input it only loses energy", async () => {
  // the first sample excites it, then the input moves the cutoff alone
  const patch = (q: number) =>
    effectPatch((input) =>
      stateVariable({
        input: input.isAbove(1).select(1, 0),
        cutoffHz: input.atMost(1).times(20_000).as("Hz"),
        q,
      }).low
    );
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...motions),
      fc.constantFrom(...motions),
      fc.double({ min: 0.5, max: 100, noNaN: true }),
      async (first, second, q) => {
        const motion = (frame: number) => frame === 0 ? 2 : first(frame) * second(frame + 7);
        const heard = process(
          await effectPlayer(patch(q)),
          Float32Array.from({ length: rateHz }, (_, i) => motion(i)),
        );
        assert.ok(peak(heard) <= 3, `peak ${peak(heard)}`);
      },
    ),
    { numRuns: 40 },
  );
});

Deno.test("with noise in it and every parameter in a storm it stays within what its resonance allows", async () => {
  const patch = effectPatch((input) => {
    const storm = input.abs();
    const all = stateVariable({
      input: noise({}),
      cutoffHz: storm.times(25_000).as("Hz"),
      q: storm.times(storm).times(110),
    });
    return modes.reduce((sum, mode) => sum.plus(all[mode].abs()), constant(0));
  });
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...motions), fc.constantFrom(...motions), async (first, second) => {
      const moves = Float32Array.from({ length: 2 * rateHz }, (_, i) => first(i) * second(i + 3));
      const heard = process(await effectPlayer(patch), moves);
      assert.ok(peak(heard) < 3_000, `peak ${peak(heard)}`);
    }),
    { numRuns: 30 },
  );
});
