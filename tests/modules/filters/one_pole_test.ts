import assert from "node:assert/strict";
import { onePole } from "../../../modules/filters/one_pole.ts";
import { noise } from "../../../modules/oscillators/noise.ts";
import { peak } from "../../../testing/patch/patch_player.ts";
import { silentFrom } from "../../../testing/measure/level.ts";
import { decibels, gainDbAt } from "../../../testing/measure/spectrum.ts";
import { effectPatch, effectPlayer, impulse, process, rateHz } from "../../../testing/trial/trial_patch.ts";

async function responseOf(mode: "low" | "high", cutoffHz: number): Promise<(frequencyHz: number) => number> {
  const patch = effectPatch((input) => onePole({ input, cutoffHz })[mode]);
  const response = process(await effectPlayer(patch), impulse(4 * rateHz));
  return (frequencyHz) => gainDbAt(response, frequencyHz, rateHz);
}

Deno.test("low and high of a one-pole have -3.01 dB at the cutoff within 0.01, from 10 Hz to 18 kHz", async () => {
  for (const cutoffHz of [10, 100, 1_000, 10_000, 18_000]) {
    for (const mode of ["low", "high"] as const) {
      const found = (await responseOf(mode, cutoffHz))(cutoffHz);
      assert.ok(Math.abs(found - decibels(Math.SQRT1_2)) < 0.01, `${mode} at ${cutoffHz} Hz: ${found} dB`);
    }
  }
});

Deno.test("a one-pole falls by 6 dB an octave and passes the other side", async () => {
  const [low, high] = [await responseOf("low", 300), await responseOf("high", 300)];
  assert.ok(Math.abs(low(4_800) - low(2_400) + 6.02) < 0.3);
  assert.ok(Math.abs(high(300 / 16) - high(300 / 8) + 6.02) < 0.1);
  assert.ok(Math.abs(low(3)) < 0.001 && Math.abs(high(23_000)) < 0.001);
});

Deno.test("low and high add up to the input, and an impulse dies to exact zero", async () => {
  const patch = effectPatch((input) => {
    const { low, high } = onePole({ input, cutoffHz: 500 });
    return [low.plus(high), low];
  });
  const sum = process(await effectPlayer(patch), impulse(rateHz));
  assert.equal(sum[0], 1);
  assert.ok(peak(sum.subarray(1)) < 1e-7);
  const low = process(await effectPlayer(patch), impulse(rateHz), 1);
  // 34.5 time constants of 0.32 ms make 1e-15
  assert.ok(silentFrom(low) > 400 && silentFrom(low) < 700, `${silentFrom(low)}`);
});

Deno.test("a cutoff that noise throws about never makes the low louder than the input", async () => {
  const patch = effectPatch((input) => onePole({ input, cutoffHz: noise({}).times(30_000).as("Hz") }).low);
  const square = Float32Array.from({ length: 2 * rateHz }, (_, frame) => frame % 200 < 100 ? 1 : -1);
  // a trapezoidal pole may swing over at most once its step where the cutoff is near half of the rate
  assert.ok(peak(process(await effectPlayer(patch), square)) < 3);
});
