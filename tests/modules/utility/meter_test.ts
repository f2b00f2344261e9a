import assert from "node:assert/strict";
import { meter } from "../../../modules/utility/meter.ts";
import { silentFrom } from "../../../testing/measure/level.ts";
import { decibels } from "../../../testing/measure/spectrum.ts";
import { effectPatch, effectPlayer, process, rateHz } from "../../../testing/trial/trial_patch.ts";

/** Peak on the left, effective level on the right. */
async function measured(samples: Float32Array, settings: object = {}) {
  const patch = effectPatch((input) => {
    const { peak, rms } = meter({ input, ...settings });
    return [peak, rms];
  });
  const [peak, rms] = [await effectPlayer(patch), await effectPlayer(patch)]
    .map((player, channel) => process(player, samples, channel));
  return { peak, rms };
}

const tone = (amplitude: number, frames: number, after = 0) =>
  Float32Array.from(
    { length: frames + after },
    (_, frame) => frame < frames ? amplitude * Math.sin(2 * Math.PI * 1_000 * frame / rateHz) : 0,
  );

Deno.test("a sine of amplitude a has the peak a and the effective level a / √2, within 0.05 dB", async () => {
  for (const amplitude of [1, 0.1, 0.001]) {
    const { peak, rms } = await measured(tone(amplitude, 4 * rateHz));
    assert.ok(Math.abs(decibels(peak[4 * rateHz - 1] / amplitude)) < 0.05);
    assert.ok(Math.abs(decibels(rms[4 * rateHz - 1] / amplitude) + 3.01) < 0.05);
  }
});

Deno.test("a single frame is a peak of its full height, and falls by 20 dB in 1.7 s", async () => {
  const { peak } = await measured(
    Float32Array.from({ length: 2 * rateHz }, (_, frame) => frame === 100 ? -0.8 : 0),
  );
  assert.equal(peak[100], Math.fround(0.8));
  const fallen = decibels(peak[100 + Math.round(1.7 * rateHz)] / peak[100]);
  assert.ok(Math.abs(fallen + 20.06) < 0.1, `${fallen} dB`);
});

Deno.test("the mean forgets 63 % of the power in its time", async () => {
  const { rms } = await measured(tone(1, 3 * rateHz, rateHz), { averageSeconds: 0.2 });
  const ratio = (rms[3 * rateHz + 0.2 * rateHz - 1] / rms[3 * rateHz - 1]) ** 2;
  assert.ok(Math.abs(ratio - Math.exp(-1)) < 0.002, `${ratio}`);
});

Deno.test("both come to exact zero in silence", async () => {
  const { peak, rms } = await measured(tone(1, 100, 40 * rateHz));
  assert.ok(silentFrom(peak) < 30 * rateHz && silentFrom(rms) < 12 * rateHz);
});
