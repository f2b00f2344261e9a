import assert from "node:assert/strict";
import fc from "fast-check";
import { ladder } from "../../../modules/filters/ladder.ts";
import { noise } from "../../../modules/oscillators/noise.ts";
import { peak } from "../../../testing/patch/patch_player.ts";
import { rms, silentFrom } from "../../../testing/measure/level.ts";
import { aliasDb, decibels, gainDbAt, measureHz } from "../../../testing/measure/spectrum.ts";
import { effectPatch, effectPlayer, impulse, process, rateHz } from "../../../testing/trial/trial_patch.ts";

interface Settings {
  readonly cutoffHz?: number;
  readonly resonance?: number;
  readonly driveDb?: number;
  readonly oversampling?: number;
}

const player = (settings: Settings, sampleRateHz = rateHz) =>
  effectPlayer(effectPatch((input) => ladder({ input, ...settings })), { sampleRateHz });

/** So soft that nothing bends. */
const soft = 1e-4;

/** Gain in decibels over frequency, for what is soft; the little that the drive adds is taken off. */
async function responseOf(settings: Settings): Promise<(frequencyHz: number) => number> {
  const struck = impulse(4 * rateHz).map((sample) => sample * soft);
  const response = process(await player(settings), struck).map((sample) => sample / soft);
  const drive = 10 ** ((settings.driveDb ?? -6) / 20);
  return (frequencyHz) => gainDbAt(response, frequencyHz, rateHz) - decibels(drive / Math.tanh(drive));
}

const sine = (frequencyHz: number, frames: number, level: number) =>
  Float32Array.from(
    { length: frames },
    (_, frame) => level * Math.sin(2 * Math.PI * frequencyHz * frame / rateHz),
  );

Deno.test("without resonance a ladder has -12.04 dB at the cutoff within 0.02, from 50 Hz to 18 kHz", async () => {
  for (const cutoffHz of [50, 400, 3_000, 18_000]) {
    const found = (await responseOf({ cutoffHz, resonance: 0 }))(cutoffHz);
    assert.ok(Math.abs(found + 12.04) < 0.02, `${cutoffHz} Hz: ${found} dB`);
  }
});

Deno.test("it falls by 24 dB an octave, and the bass keeps its level at every resonance", async () => {
  for (const resonance of [0, 0.5, 0.95]) {
    const gainDb = await responseOf({ cutoffHz: 400, resonance });
    const slope = gainDb(6_400) - gainDb(3_200);
    assert.ok(Math.abs(slope + 24.1) < 1.5, `${resonance}: ${slope} dB an octave`);
    assert.ok(Math.abs(gainDb(2)) < 0.01, `${resonance}: ${gainDb(2)} dB in the bass`);
  }
});

Deno.test("at the cutoff the gain is (1 + 4r) / (4 - 4r) for the resonance r, within 0.05 dB", async () => {
  for (const cutoffHz of [200, 2_000, 10_000]) {
    for (const resonance of [0.25, 0.5, 0.9, 0.98]) {
      const expected = decibels((1 + 4 * resonance) / (4 - 4 * resonance));
      const found = (await responseOf({ cutoffHz, resonance }))(cutoffHz);
      assert.ok(
        Math.abs(found - expected) < 0.05,
        `${cutoffHz} Hz, ${resonance}: ${found}, not ${expected} dB`,
      );
    }
  }
});

Deno.test("beyond 1 it whistles at the cutoff within 0.1 cent, at any drive, without end and no louder", async () => {
  for (const cutoffHz of [110, 1_000, 4_000, 12_000]) {
    for (const driveDb of [-12, 12, 36]) {
      const one = await player({ cutoffHz, resonance: 1.1, driveDb });
      process(one, impulse(rateHz));
      const [first, second] = [
        process(one, new Float32Array(rateHz)),
        process(one, new Float32Array(rateHz)),
      ];
      const cents = 1_200 * Math.log2(measureHz(second, cutoffHz, rateHz) / cutoffHz);
      assert.ok(Math.abs(cents) < 0.1, `${cutoffHz} Hz at ${driveDb} dB: ${cents} cents off`);
      assert.ok(rms(second) > 0.01 && Math.abs(rms(second) / rms(first) - 1) < 1e-3);
      assert.ok(peak(second) < 1, `${peak(second)}`);
    }
  }
});

Deno.test("below 1 its ringing ends in exact zero", async () => {
  for (const cutoffHz of [30, 1_000, 20_000]) {
    const heard = process(await player({ cutoffHz, resonance: 0.95 }), impulse(60 * rateHz));
    assert.ok(silentFrom(heard) < 50 * rateHz, `${cutoffHz} Hz: ${silentFrom(heard) / rateHz} s`);
  }
});

Deno.test("without resonance full scale stays full scale at every drive, and what is softer comes up to it", async () => {
  for (const driveDb of [-12, 0, 12, 36]) {
    const one = await player({ cutoffHz: 5_000, resonance: 0, driveDb });
    const loud = process(one, new Float32Array(rateHz).fill(1))[rateHz - 1];
    assert.ok(Math.abs(loud - 1) < 1e-4, `${driveDb} dB: ${loud}`);
    const softer = process(one, new Float32Array(rateHz).fill(0.1))[rateHz - 1];
    const drive = 10 ** (driveDb / 20);
    const expected = Math.tanh(0.1 * drive) / Math.tanh(drive);
    assert.ok(Math.abs(softer / expected - 1) < 1e-4, `${driveDb} dB: ${softer}, not ${expected}`);
  }
});

Deno.test("aliases of a full sine in an open filter: 5 kHz at 12 dB -26 dB once, below -60 dB twice, -112 four times", async () => {
  const frames = 2 ** 15;
  for (
    const [periods, driveDb, once, twice, fourTimes] of [
      [683, 12, -105, -165, -165], // 1 kHz
      [1_365, 24, -30, -53, -94], // 2 kHz
      [3_413, 12, -26, -60, -112], // 5 kHz
      [3_413, 24, -18, -29, -46],
    ]
  ) {
    for (const [oversampling, bound] of [[1, once], [2, twice], [4, fourTimes]]) {
      const one = await player({ cutoffHz: 20_000, resonance: 0, driveDb, oversampling });
      const heard = process(one, sine(periods * rateHz / frames, 2 * frames, 1)).subarray(frames);
      const found = aliasDb(heard, periods, 20_000 / rateHz);
      assert.ok(found < bound, `${periods} periods at ${driveDb} dB, ${oversampling} times: ${found} dB`);
    }
  }
});

Deno.test("at the ends of all ranges and rates it stays bounded", async () => {
  for (const sampleRateHz of [8_000, 44_100, 192_000]) {
    for (const cutoffHz of [5, 20_000]) {
      for (const resonance of [0, 1.2]) {
        for (const driveDb of [-12, 36]) {
          const noisy = effectPatch(() => ladder({ input: noise({}), cutoffHz, resonance, driveDb }));
          const heard = process(await effectPlayer(noisy, { sampleRateHz }), new Float32Array(sampleRateHz));
          assert.ok(peak(heard) < 8, `${cutoffHz} Hz, ${resonance}, ${driveDb} dB: ${peak(heard)}`);
        }
      }
    }
  }
});

/** Ways in which the cutoff can be moved each frame, from 0 to 1. */
const motions: readonly ((frame: number) => number)[] = [
  (frame) => frame % 2,
  (frame) => (frame >> 3) % 2,
  (frame) => (1 + Math.sin(frame * 0.7)) / 2,
  (frame) => (frame % 97) / 96,
  (frame) => ((frame * 2_654_435_761) >>> 0) / 2 ** 32,
];

Deno.test("no motion of the cutoff at audio rate makes it grow, however resonant and loud", async () => {
  const patch = (resonance: number) =>
    effectPatch((input) =>
      ladder({ input: noise({}).times(100), cutoffHz: input.times(20_000).as("Hz"), resonance })
    );
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...motions),
      fc.constantFrom(...motions),
      fc.double({ min: 0, max: 1.2, noNaN: true }),
      async (first, second, resonance) => {
        const moves = Float32Array.from({ length: rateHz }, (_, frame) => first(frame) * second(frame + 7));
        const heard = process(await effectPlayer(patch(resonance)), moves);
        assert.ok(peak(heard) < 40, `peak ${peak(heard)}`);
      },
    ),
    { numRuns: 30 },
  );
});
