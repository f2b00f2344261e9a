import assert from "node:assert/strict";
import { parametricEq } from "../../../modules/filters/parametric_eq.ts";
import { noise } from "../../../modules/oscillators/noise.ts";
import { peak } from "../../../testing/patch/patch_player.ts";
import { silentFrom } from "../../../testing/measure/level.ts";
import { gainDbAt } from "../../../testing/measure/spectrum.ts";
import { effectPatch, effectPlayer, impulse, process, rateHz } from "../../../testing/trial/trial_patch.ts";

interface Band {
  readonly frequencyHz: number;
  readonly gainDb: number;
  readonly q?: number;
}

async function responseOf(band: Band): Promise<(frequencyHz: number) => number> {
  const patch = effectPatch((input) => parametricEq({ input, ...band }));
  const response = process(await effectPlayer(patch), impulse(2 * rateHz));
  return (frequencyHz) => gainDbAt(response, frequencyHz, rateHz);
}

Deno.test("a band has its gain in the middle within 0.02 dB, from 30 Hz to 15 kHz, and none far away", async () => {
  for (const frequencyHz of [30, 300, 3_000, 15_000]) {
    for (const gainDb of [-24, -6, 3, 24]) {
      const at = await responseOf({ frequencyHz, gainDb });
      assert.ok(
        Math.abs(at(frequencyHz) - gainDb) < 0.02,
        `${gainDb} at ${frequencyHz}: ${at(frequencyHz)} dB`,
      );
      assert.ok(Math.abs(at(0)) < 0.01 && Math.abs(at(24_000)) < 0.01);
    }
  }
});

Deno.test("half of the decibels lie as far apart as q says: an octave at 1.414, within 3 %", async () => {
  for (const gainDb of [12, -12]) {
    for (const octaves of [1 / 3, 1, 2]) {
      const q = 1 / (2 * Math.sinh(Math.LN2 / 2 * octaves));
      const at = await responseOf({ frequencyHz: 500, gainDb, q });
      for (const side of [-1, 1]) {
        const half = at(500 * 2 ** (side * octaves / 2));
        assert.ok(Math.abs(half / gainDb - 0.5) < 0.03, `${octaves} octaves: ${half} dB of ${gainDb}`);
      }
    }
  }
});

Deno.test("raising and lowering by the same gain cancel each other within 0.001 dB everywhere", async () => {
  const band = { frequencyHz: 2_000, q: 3 };
  const [up, down] = [await responseOf({ ...band, gainDb: 15 }), await responseOf({ ...band, gainDb: -15 })];
  for (const frequencyHz of [50, 1_500, 1_900, 2_000, 2_500, 10_000, 20_000]) {
    assert.ok(Math.abs(up(frequencyHz) + down(frequencyHz)) < 1e-3, `${frequencyHz} Hz`);
  }
});

Deno.test("at 0 dB every sample passes as it is", async () => {
  const patch = effectPatch((input) => parametricEq({ input, gainDb: 0 }));
  const wave = Float32Array.from(
    { length: 4_096 },
    (_, frame) => Math.fround(Math.sin(frame * frame * 1e-3)),
  );
  assert.deepEqual(process(await effectPlayer(patch), wave), wave);
});

Deno.test("the longest ringing ends in exact zero, at the ends of all ranges it stays bounded", async () => {
  for (const sampleRateHz of [8_000, 192_000]) {
    for (const frequencyHz of [10, 20_000]) {
      for (const gainDb of [-24, 24]) {
        const patch = effectPatch((input) => parametricEq({ input, frequencyHz, gainDb, q: 40 }));
        const heard = process(await effectPlayer(patch, { sampleRateHz }), impulse(sampleRateHz));
        assert.ok(peak(heard) <= 16, `${peak(heard)}`);
      }
    }
  }
  const ringing = effectPatch((input) => parametricEq({ input, frequencyHz: 10, gainDb: 24, q: 40 }));
  const heard = process(await effectPlayer(ringing, { sampleRateHz: 8_000 }), impulse(300 * 8_000));
  assert.ok(silentFrom(heard) < 250 * 8_000, `${silentFrom(heard) / 8_000} s`);
});

Deno.test("with every parameter in a storm it stays bounded", async () => {
  const patch = effectPatch((input) =>
    parametricEq({
      input: noise({}),
      frequencyHz: input.times(20_000).as("Hz"),
      gainDb: input.times(48).minus(24).as("dB"),
      q: input.times(40),
    })
  );
  const moves = Float32Array.from({ length: 2 * rateHz }, (_, n) => ((n * 2_654_435_761) >>> 0) / 2 ** 32);
  const heard = process(await effectPlayer(patch), moves);
  assert.ok(peak(heard) < 1_000, `${peak(heard)}`);
});
