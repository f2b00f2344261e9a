import assert from "node:assert/strict";
import { softClip } from "../../../modules/distortion/soft_clip.ts";
import { peak } from "../../../testing/patch/patch_player.ts";
import { mean } from "../../../testing/measure/level.ts";
import { aliasDb, decibels, spectrum } from "../../../testing/measure/spectrum.ts";
import { effectPatch, effectPlayer, process, rateHz } from "../../../testing/trial/trial_patch.ts";

const player = (driveDb: number, oversampling = 2) =>
  effectPlayer(effectPatch((input) => softClip({ input, driveDb, oversampling })));

const frames = 2 ** 15;

/** Harmonics and aliases of a full sine, after it has settled. */
async function bent(driveDb: number, periods: number, oversampling?: number): Promise<Float32Array> {
  const wave = Float32Array.from(
    { length: 2 * frames },
    (_, n) => Math.sin(2 * Math.PI * periods * n / frames),
  );
  return process(await player(driveDb, oversampling), wave).subarray(frames);
}

Deno.test("the curve is tanh(dx) / tanh(d) within 2e-6, at every oversampling", async () => {
  for (const oversampling of [1, 2, 4]) {
    for (const driveDb of [-24, 0, 12, 48]) {
      const one = await player(driveDb, oversampling);
      for (const level of [-3, -1, -0.25, 0, 0.01, 0.5, 1, 3]) {
        const drive = 10 ** (driveDb / 20);
        const expected = Math.tanh(level * drive) / Math.tanh(drive);
        const found = process(one, new Float32Array(1_000).fill(level))[999];
        assert.ok(
          Math.abs(found - expected) <= 2e-6 * Math.max(1, Math.abs(expected)),
          `${driveDb} dB, ${level}: ${found}`,
        );
      }
    }
  }
});

Deno.test("it makes odd harmonics alone, and no direct current", async () => {
  const heard = await bent(20, 101);
  const bins = spectrum(heard);
  for (const harmonic of [2, 4, 6, 8]) {
    assert.ok(decibels(bins[harmonic * 101] / bins[101]) < -110, `${harmonic}`);
  }
  for (const harmonic of [3, 5, 7]) {
    assert.ok(decibels(bins[harmonic * 101] / bins[101]) > -30, `${harmonic}`);
  }
  assert.ok(Math.abs(mean(heard)) < 1e-6);
});

Deno.test("aliases of a full sine of 5 kHz at 12 dB: -25 dB once, below -58 dB twice, -105 dB four times a frame", async () => {
  const found = await Promise.all(
    [1, 2, 4].map(async (oversampling) =>
      aliasDb(await bent(12, 3_415, oversampling), 3_415, 20_000 / rateHz)
    ),
  );
  const text = found.map((level) => level.toFixed(1)).join(", ");
  assert.ok(found[0] > -30 && found[1] < -58 && found[2] < -105, `${text} dB`);
});

Deno.test("oversampled and driven to a square it reaches over full scale by less than 3 dB", async () => {
  for (const oversampling of [1, 2, 4]) {
    for (const periods of [101, 3_415]) {
      const found = decibels(peak(await bent(48, periods, oversampling)));
      assert.ok(found < (oversampling === 1 ? 1e-4 : 3), `${oversampling} times: ${found} dB`);
    }
  }
});

Deno.test("another oversampling than 1, 2 or 4 is refused", () => {
  const patch = effectPatch((input) => softClip({ input, oversampling: 8 }));
  assert.throws(
    () => patch.build({ sampleRateHz: rateHz, channels: 2, inputChannels: 1, maximumBlockFrames: 64 }),
    /oversampling.*expected 1, 2, 4, found 8/,
  );
});
