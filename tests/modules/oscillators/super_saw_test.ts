import assert from "node:assert/strict";
import { saw } from "../../../modules/oscillators/saw.ts";
import { superSaw } from "../../../modules/oscillators/super_saw.ts";
import { peak, sameBits } from "../../../testing/patch/patch_player.ts";
import { rms } from "../../../testing/measure/level.ts";
import { decibels, spectrum } from "../../../testing/measure/spectrum.ts";
import { playVoice, rateHz } from "../../../testing/trial/trial_patch.ts";

const length = 1 << 18;

/** Level at a frequency, in decibels under a sine of height 1, seen through a Hann window. */
function levelDb(samples: Float32Array, frequencyHz: number): number {
  const windowed = samples.map((sample, frame) =>
    sample * (1 - Math.cos(2 * Math.PI * (frame + 0.5) / samples.length))
  );
  const bins = spectrum(windowed);
  const bin = Math.round(frequencyHz * samples.length / rateHz);
  return decibels(Math.max(...bins.subarray(bin - 1, bin + 2)) / (samples.length / 2));
}

/** Szabo's measurements at full detune. */
const parts = [0.88997687, 0.93711561, 0.98047644, 1, 1.01991221, 1.06216538, 1.10745242];

Deno.test("at full detune seven saws stand where a JP-8000 has them, and nothing between them", async () => {
  const samples = await playVoice(() => superSaw({ frequencyHz: 1_000, detune: 1, mix: 0.75 }), length);
  const levels = parts.map((part) => levelDb(samples, 1_000 * part));
  // 0.58 for the middle one and 0.59 for the others of 2/π, over the root of all their powers
  levels.forEach((level) => assert.ok(Math.abs(level + 12.4) < 1.5, `${levels}`));
  for (const between of [0.86, 0.91, 0.96, 0.99, 1.01, 1.04, 1.08, 1.13]) {
    assert.ok(levelDb(samples, 1_000 * between) < -50, `${between}: ${levelDb(samples, 1_000 * between)} dB`);
  }
});

Deno.test("the knob follows the measured curve: 4.8 % of the full detune at a quarter, 24 % at three", async () => {
  for (const [detune, part] of [[0.25, 0.0469], [0.5, 0.098], [0.75, 0.2425]]) {
    const samples = await playVoice(() => superSaw({ frequencyHz: 4_000, detune, mix: 1 }), length);
    const expected = 4_000 * (1 + 0.10745242 * part);
    assert.ok(levelDb(samples, expected) > -15, `${detune}: ${levelDb(samples, expected)} dB`);
    assert.ok(levelDb(samples, expected + 10) < -40);
  }
});

Deno.test("the mix changes no loudness: that of one saw within 0.3 dB, peaks below 2.7", async () => {
  const one = rms(await playVoice(() => saw({ frequencyHz: 220 }), 10 * rateHz));
  for (const mix of [0, 0.3, 0.75, 1]) {
    const samples = await playVoice(() => superSaw({ frequencyHz: 220, mix, detune: 1 }), 10 * rateHz);
    assert.ok(Math.abs(decibels(rms(samples) / one)) < 0.3, `${mix}: ${decibels(rms(samples) / one)} dB`);
    assert.ok(peak(samples) < 2.7, `${mix}: ${peak(samples)}`);
  }
});

Deno.test("at mix 0 the middle saw is 27 dB above each of the others", async () => {
  const samples = await playVoice(() => superSaw({ frequencyHz: 1_000, detune: 1, mix: 0 }), length);
  for (const part of parts) {
    if (part === 1) continue;
    const below = levelDb(samples, 1_000) - levelDb(samples, 1_000 * part);
    assert.ok(Math.abs(below - 27) < 1.5, `${part}: ${below} dB`);
  }
});

Deno.test("the saws begin anywhere: alike for the same seed, unlike for another", async () => {
  const [first, again, other] = await Promise.all(
    [1, 1, 2].map((seed) => playVoice(() => superSaw({}), 4_800, { seed })),
  );
  assert.ok(sameBits(first, again));
  assert.ok(rms(first.map((sample, frame) => sample - other[frame])) > 0.3);
});
