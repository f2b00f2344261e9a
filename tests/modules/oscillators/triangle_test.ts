import assert from "node:assert/strict";
import { triangle } from "../../../modules/oscillators/triangle.ts";
import { peak } from "../../../testing/patch/patch_player.ts";
import { mean } from "../../../testing/measure/level.ts";
import { aliasDb, decibels, measureHz, spectrum } from "../../../testing/measure/spectrum.ts";
import { playVoice, rateHz } from "../../../testing/trial/trial_patch.ts";

const length = 1 << 16;

Deno.test("a triangle is in tune within 0.1 cents, measured by the phase that ten seconds gain", async () => {
  for (const number of [21, 45, 69, 93, 117]) {
    const expected = 440 * 2 ** ((number - 69) / 12);
    const samples = await playVoice(({ frequencyHz }) => triangle({ frequencyHz }), 10 * rateHz, { number });
    const cents = 1_200 * Math.log2(measureHz(samples, expected, rateHz) / expected);
    assert.ok(Math.abs(cents) < 0.1, `${number}: ${cents} cents`);
  }
});

Deno.test("harmonics of a triangle are odd, fall as 1/n², less what rounding takes: sinc to the fourth", async () => {
  const periods = 149;
  const bins = spectrum(await playVoice(() => triangle({ frequencyHz: periods * rateHz / length }), length));
  for (let harmonic = 1; harmonic * periods < length * 0.3; harmonic += 2) {
    const x = Math.PI * harmonic * periods / length;
    const expected = 8 / Math.PI ** 2 / harmonic ** 2 * (Math.sin(x) / x) ** 4;
    const found = bins[harmonic * periods] / (length / 2);
    assert.ok(Math.abs(decibels(found / expected)) < 0.1, `harmonic ${harmonic}: ${found}, not ${expected}`);
    const even = bins[(harmonic + 1) * periods] / (length / 2);
    assert.ok(decibels(even) < -120, `harmonic ${harmonic + 1}: ${decibels(even)} dB`);
  }
});

/** Periods in the length, an odd number, and the alias levels in dB under the fundamental. */
const aliases: readonly (readonly [periods: number, all: number, audible: number])[] = [
  [37, -130, -140], // 27 Hz
  [149, -108, -117], // 109 Hz
  [601, -84, -94], // 440 Hz
  [1_367, -72, -81], // 1 kHz
  [4_097, -57, -73], // 3 kHz
  [8_193, -52, -52], // 6 kHz
  [27_305, -40, -40], // 20 kHz
];

for (const [periods, all, audible] of aliases) {
  const frequencyHz = periods * rateHz / length;
  Deno.test(`aliases of a triangle at ${Math.round(frequencyHz)} Hz stay ${-all} dB down, ${-audible} dB below 20 kHz`, async () => {
    const samples = await playVoice(() => triangle({ frequencyHz }), length);
    const found = [aliasDb(samples, periods), aliasDb(samples, periods, 20_000 / rateHz)];
    assert.ok(found[0] < all && found[1] < audible, `${found}`);
  });
}

Deno.test("a naive triangle fails the test for aliases", () => {
  const [periods, all] = aliases[2];
  const naive = Float32Array.from({ length }, (_, frame) => {
    const turns = (frame * periods / length) % 1;
    return 1 - 4 * Math.abs(((turns + 0.25) % 1) - 0.5);
  });
  assert.ok(aliasDb(naive, periods) > all + 10);
});

Deno.test("a triangle begins at 0, rises, stays within -1 and 1 and has no direct current", async () => {
  for (const frequencyHz of [0, 0.1, 27.5, 440, 4_186, 12_543, 20_000]) {
    const samples = await playVoice(() => triangle({ frequencyHz }), 48_000);
    assert.ok(Math.abs(samples[0]) < 1e-6 && samples[1] >= samples[0]);
    assert.ok(peak(samples) <= 1 + 1e-6, `${frequencyHz} Hz: ${peak(samples)}`);
    if (frequencyHz > 1) assert.ok(Math.abs(mean(samples)) < 0.01, `${frequencyHz} Hz: ${mean(samples)}`);
  }
});
