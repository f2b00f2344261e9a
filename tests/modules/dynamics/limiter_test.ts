import assert from "node:assert/strict";
import fc from "fast-check";
import { limiter, lookAheadFrames } from "../../../modules/dynamics/limiter.ts";
import { channels } from "../../../modules/signal/channels.ts";
import { peak } from "../../../testing/patch/patch_player.ts";
import { rms } from "../../../testing/measure/level.ts";
import { decibels, transformAt } from "../../../testing/measure/spectrum.ts";
import { effectPatch, effectPlayer, process, rateHz } from "../../../testing/trial/trial_patch.ts";
import { truePeakOf } from "../../../testing/measure/true_peak_meter.ts";

interface Settings {
  readonly gainDb?: number;
  readonly ceilingDb?: number;
  readonly releaseSeconds?: number;
  readonly lookAheadSeconds?: number;
}

const player = (settings: Settings, sampleRateHz = rateHz) =>
  effectPlayer(
    effectPatch((input) => {
      const { output, reductionDb } = limiter({ input, ...settings });
      return [output, reductionDb.as("1")];
    }),
    { sampleRateHz },
  );

const frames = 12_000;

function noise(seed: number): Float32Array {
  let state = seed;
  return Float32Array.from({ length: frames }, () => {
    state = Math.imul(state, 1_664_525) + 1_013_904_223 | 0;
    return state / 2 ** 31;
  });
}

const sine = (turns: number) =>
  Float32Array.from({ length: frames }, (_, n) => Math.sin(2 * Math.PI * turns * n));

/** What is hard on a limiter, full scale or so. */
const sources: Readonly<Record<string, (seed: number) => Float32Array>> = {
  "white noise": noise,
  "random signs": (seed) => noise(seed).map(Math.sign),
  "a quarter of the rate between its peaks": () =>
    Float32Array.from({ length: frames }, (_, n) => Math.SQRT2 * Math.sin(Math.PI / 2 * n + Math.PI / 4)),
  "50 Hz": () => sine(50 / rateHz),
  "19 kHz": () => sine(19_000 / rateHz),
  "22 kHz": () => sine(22_000 / rateHz),
  "a naive square": (seed) =>
    Float32Array.from(
      { length: frames },
      (_, n) => Math.floor(n / (20 + seed % 100 + 0.3)) % 2 === 0 ? 1 : -1,
    ),
  "single frames": (seed) =>
    Float32Array.from({ length: frames }, (_, n) => n % (300 + seed % 999) === 200 ? 1 : 0),
  "bursts": (seed) => sine(0.01 + seed % 400 / 1_000).map((sample, n) => Math.floor(n / 700) % 2 * sample),
  "signs that alternate and slip": (seed) =>
    Float32Array.from({ length: frames }, (_, n) => (n + Math.floor(n / (7 + seed % 50))) % 2 === 0 ? 1 : -1),
};

Deno.test("nothing goes beyond the ceiling, also between the samples, measured eightfold", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...Object.keys(sources)),
      fc.nat(10_000),
      fc.double({ min: -10, max: 30, noNaN: true }),
      fc.constantFrom(0, -1, -6, -24),
      fc.constantFrom(0.005, 0.1, 2),
      fc.constantFrom(0.001, 0.002, 0.01),
      async (source, seed, levelDb, ceilingDb, releaseSeconds, lookAheadSeconds) => {
        const wave = sources[source](seed + 1).map((sample) => sample * 10 ** (levelDb / 20));
        const heard = process(await player({ ceilingDb, releaseSeconds, lookAheadSeconds }), wave);
        const found = decibels(truePeakOf(heard));
        assert.ok(found <= ceilingDb, `${source}: ${found} dB, ceiling ${ceilingDb} dB`);
      },
    ),
    { numRuns: 60 },
  );
});

Deno.test("a loud sine comes out less than 0.35 dB below the ceiling, near half of the rate 0.6 dB", async () => {
  for (
    const [frequencyHz, mostDb] of [[50, 0.25], [1_000, 0.35], [5_000, 0.35], [15_000, 0.6], [20_000, 0.6]]
  ) {
    const heard = process(
      await player({ ceilingDb: -1 }),
      sine(frequencyHz / rateHz).map((sample) => 4 * sample),
    );
    const under = -1 - decibels(truePeakOf(heard));
    assert.ok(under >= 0 && under <= mostDb, `${frequencyHz} Hz: ${under} dB below the ceiling`);
  }
});

Deno.test("below the ceiling every bit passes as it is, later by the look-ahead", async () => {
  for (const lookAheadSeconds of [0.001, 0.002, 0.01]) {
    const wave = noise(3).map((sample) => sample * 0.3);
    const heard = process(await player({ lookAheadSeconds }), wave);
    const late = lookAheadFrames(lookAheadSeconds, rateHz);
    assert.equal(late, Math.max(32, lookAheadSeconds * rateHz));
    assert.deepEqual(heard.subarray(late), wave.subarray(0, frames - late));
  }
});

Deno.test("63.2 % of what was taken away is back after the release, within 2 %, and all of it in the end", async () => {
  for (const releaseSeconds of [0.05, 0.1, 0.5]) {
    const wave = new Float32Array(4 * rateHz).fill(0.25);
    wave.fill(4, 0, 4_800);
    const heard = process(await player({ releaseSeconds, ceilingDb: 0 }), wave);
    const gainAt = (frame: number) => heard[frame] / 0.25;
    // a moment after the look-ahead and the wait, and a release later
    const [from, span] = [4_800 + 1_600 + 300, Math.round(releaseSeconds * rateHz)];
    assert.ok(Math.abs(gainAt(4_800 + 300) / gainAt(4_800 + 1_600) - 1) < 1e-6, "waits");
    const left = (1 - gainAt(from + span)) / (1 - gainAt(from));
    assert.ok(Math.abs(left - Math.exp(-1)) < 0.02 * Math.exp(-1), `${releaseSeconds} s: ${left} left`);
    if (releaseSeconds < 0.2) assert.equal(heard[heard.length - 1], 0.25);
  }
});

Deno.test("a low tone above the ceiling stays a tone: what is added lies 80 dB below it, from 35 Hz up", async () => {
  for (const frequencyHz of [35, 41, 82.5]) {
    for (const overDb of [6, 12]) {
      const wave = Float32Array.from(
        { length: 2 * rateHz },
        (_, n) => 10 ** (overDb / 20) * Math.sin(2 * Math.PI * (n * frequencyHz / rateHz % 1)),
      );
      const heard = process(await player({ ceilingDb: 0, releaseSeconds: 0.1 }), wave).subarray(rateHz);
      const [real, imaginary] = transformAt(heard, frequencyHz / rateHz).map((one) => 2 * one / heard.length);
      const rest = heard.map((sample, n) => {
        const turns = 2 * Math.PI * (n * frequencyHz / rateHz % 1);
        return sample - real * Math.cos(turns) + imaginary * Math.sin(turns);
      });
      const addedDb = decibels(rms(rest) / rms(heard));
      assert.ok(addedDb < -80, `${frequencyHz} Hz, ${overDb} dB: ${addedDb} dB`);
    }
  }
});

Deno.test("the gain goes down to a peak along a curve: no step above a twentieth, never up before it", async () => {
  const wave = new Float32Array(4_800).fill(0.1);
  wave[2_000] = 10;
  const one = await player({ lookAheadSeconds: 0.002, ceilingDb: 0 });
  const gain = process(one, wave).map((sample, frame) => sample / (frame === 2_096 ? 10 : 0.1));
  for (let frame = 150; frame < 2_096; frame++) {
    assert.ok(gain[frame] <= gain[frame - 1] + 1e-6, `rises at ${frame}`);
    assert.ok(gain[frame - 1] - gain[frame] < 0.05, `falls by ${gain[frame - 1] - gain[frame]} at ${frame}`);
  }
  assert.ok(gain[2_096] > 0.09 && gain[2_096] <= 0.1, `${gain[2_096]}`);
});

Deno.test("the reduction it reports is the one that is heard", async () => {
  const wave = new Float32Array(rateHz).fill(2);
  const found = process(await player({ ceilingDb: -1 }), wave, 1)[rateHz - 1];
  assert.ok(Math.abs(found - 7.22) < 0.02, `${found} dB`);
});

Deno.test("linked channels keep the image, others are turned down each for itself", async () => {
  for (const [linkedChannels, expected] of [[2, 0.01], [1, 0.1]]) {
    const patch = effectPatch((input) =>
      limiter({ input: channels(input, input.times(0.01)), linkedChannels, ceilingDb: 0 }).output
    );
    const right = process(await effectPlayer(patch), new Float32Array(rateHz).fill(10), 1)[rateHz - 1];
    assert.ok(Math.abs(decibels(right / expected)) < 0.3, `${linkedChannels}: ${right}`);
  }
});

Deno.test("at every rate, and after an infinity, it works", async () => {
  for (const sampleRateHz of [8_000, 44_100, 192_000]) {
    const one = await player({ ceilingDb: -1, lookAheadSeconds: 0.01 }, sampleRateHz);
    const wave = noise(9).map((sample) => sample * 8);
    wave[100] = Infinity;
    process(one, wave);
    const heard = process(one, noise(10).map((sample) => sample * 8));
    assert.ok(heard.every(Number.isFinite) && peak(heard) > 0.1);
    assert.ok(decibels(truePeakOf(heard)) <= -1);
  }
});

Deno.test("a look-ahead out of range is refused", () => {
  const patch = effectPatch((input) => limiter({ input, lookAheadSeconds: 0.1 }).output);
  assert.throws(
    () => patch.build({ sampleRateHz: rateHz, channels: 2, inputChannels: 1, maximumBlockFrames: 64 }),
    /lookAheadSeconds.*expected 0.001 to 0.01 s, found 0.1/,
  );
});
