import assert from "node:assert/strict";
import { fmOperator } from "../../../modules/oscillators/fm_operator.ts";
import { noise } from "../../../modules/oscillators/noise.ts";
import { sine } from "../../../modules/oscillators/sine.ts";
import { peak, sameBits } from "../../../testing/patch/patch_player.ts";
import { decibels, measureHz, spectrum } from "../../../testing/measure/spectrum.ts";
import { playVoice, rateHz } from "../../../testing/trial/trial_patch.ts";

const length = 1 << 16;

/** Bessel's function of the first kind by its integral. */
function bessel(order: number, x: number): number {
  const steps = 2_000;
  let sum = 0;
  for (let step = 0; step < steps; step++) {
    const angle = Math.PI * (step + 0.5) / steps;
    sum += Math.cos(order * angle - x * Math.sin(angle));
  }
  return sum / steps;
}

Deno.test("an operator on its own is the sine of its level", async () => {
  const plain = await playVoice(() => sine({ frequencyHz: 440 }), 4_800);
  const operator = await playVoice(() => fmOperator({ frequencyHz: 440, level: 0.5 }), 4_800);
  assert.ok(sameBits(operator, plain.map((sample) => sample / 2)));
});

Deno.test("ratios are multiples of the note's frequency within 0.01 cents", async () => {
  for (const ratio of [0.5, 1, 1.41, 3, 14]) {
    const samples = await playVoice(({ frequencyHz }) => fmOperator({ frequencyHz, ratio }), 10 * rateHz);
    const cents = 1_200 * Math.log2(measureHz(samples, 440 * ratio, rateHz) / (440 * ratio));
    assert.ok(Math.abs(cents) < 0.01, `${ratio}: ${cents} cents`);
  }
});

Deno.test("sidebands of one operator on another are those of Bessel's functions", async () => {
  const [carrier, ratio, level] = [8_192, 1 / 16, 0.5];
  const frequencyHz = carrier * rateHz / length;
  const samples = await playVoice(
    () => fmOperator({ frequencyHz, phaseTurns: fmOperator({ frequencyHz, ratio, level }) }),
    length,
  );
  const bins = spectrum(samples);
  for (let order = 0; order <= 8; order++) {
    const found = bins[carrier + order * carrier * ratio] / (length / 2);
    const expected = Math.abs(bessel(order, 2 * Math.PI * level));
    assert.ok(Math.abs(found - expected) < 1e-4, `order ${order}: ${found}, not ${expected}`);
  }
});

Deno.test("feedback gives the harmonics of Kepler's equation, 2 Jn(nβ) / nβ, within 0.3 dB at 27 Hz", async () => {
  const periods = 37;
  for (const feedbackTurns of [0.04, 0.08, 0.12, 0.15]) {
    const bins = spectrum(
      await playVoice(() => fmOperator({ frequencyHz: periods * rateHz / length, feedbackTurns }), length),
    );
    for (let harmonic = 1; harmonic <= 8; harmonic++) {
      const x = harmonic * 2 * Math.PI * feedbackTurns;
      const expected = 2 * Math.abs(bessel(harmonic, x)) / x;
      if (expected < 1e-3) continue;
      const found = bins[harmonic * periods] / (length / 2);
      assert.ok(
        Math.abs(decibels(found / expected)) < 0.3,
        `${feedbackTurns}, ${harmonic}: ${found}, ${expected}`,
      );
    }
  }
});

Deno.test("feedback to the full, moved at audio rate, stays within its level at any pitch", async () => {
  for (const frequencyHz of [0, 27.5, 440, 5_000, 20_000]) {
    const samples = await playVoice(
      () => fmOperator({ frequencyHz, feedbackTurns: noise({}).plus(1).times(0.25), level: 0.8 }),
      4 * rateHz,
    );
    assert.ok(peak(samples) <= 0.8 * (1 + 1e-6), `${frequencyHz} Hz: ${peak(samples)}`);
  }
});
