import assert from "node:assert/strict";
import { pinkNoise } from "../../../modules/oscillators/pink_noise.ts";
import { peak, sameBits } from "../../../testing/patch/patch_player.ts";
import { sharedItems } from "../../../testing/share.ts";
import { rms } from "../../../testing/measure/level.ts";
import { averageOfBands, slopeDb } from "../../../testing/measure/noise_bands.ts";
import { playVoice } from "../../../testing/trial/trial_patch.ts";

Deno.test("pink noise falls by 3.01 dB an octave within 0.1, at every sample rate", async () => {
  for (
    const sampleRateHz of sharedItems("sample rates of the slope of pink noise", [
      44_100,
      48_000,
      96_000,
      192_000,
    ], 4)
  ) {
    const samples = await playVoice(() => pinkNoise({}), 1 << 21, { format: { sampleRateHz } });
    const slope = slopeDb(averageOfBands(samples, sampleRateHz, 40, 19_000));
    assert.ok(Math.abs(slope + 10 * Math.log10(2)) < 0.1, `${sampleRateHz} Hz: ${slope} dB`);
  }
});

Deno.test("no third of an octave is off the line by more than 0.6 dB, most of which is chance", async () => {
  const bands = averageOfBands(await playVoice(() => pinkNoise({}), 1 << 22), 48_000, 60, 19_000);
  const levels = bands.map(({ hz, db }) => db + 10 * Math.log10(hz));
  const middle = levels.reduce((sum, level) => sum + level) / levels.length;
  levels.forEach((level, band) =>
    assert.ok(Math.abs(level - middle) < 0.6, `${bands[band].hz} Hz: ${level - middle} dB`)
  );
});

Deno.test("pink noise has an rms of 0.2 within 4 %, and peaks of about 1", async () => {
  for (
    const sampleRateHz of sharedItems("sample rates of the level of pink noise", [44_100, 48_000, 192_000], 3)
  ) {
    const samples = await playVoice(() => pinkNoise({}), 1 << 21, { format: { sampleRateHz } });
    assert.ok(Math.abs(rms(samples) / 0.2 - 1) < 0.04, `${sampleRateHz} Hz: ${rms(samples)}`);
    assert.ok(peak(samples) > 0.6 && peak(samples) < 1.2, `${sampleRateHz} Hz: ${peak(samples)}`);
  }
});

Deno.test("pink noise is the same for the same seed and unlike for another one", async () => {
  const [first, again, other] = await Promise.all(
    [1, 1, 2].map((seed) => playVoice(() => pinkNoise({}), 48_000, { seed })),
  );
  assert.ok(sameBits(first, again));
  assert.ok(rms(first.map((sample, frame) => sample - other[frame])) > 0.15);
});
