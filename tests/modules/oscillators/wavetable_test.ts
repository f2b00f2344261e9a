import assert from "node:assert/strict";
import { noise } from "../../../modules/oscillators/noise.ts";
import { classicWaves, type Wave, waveOf } from "../../../modules/oscillators/wave.ts";
import { wavetable } from "../../../modules/oscillators/wavetable.ts";
import { PatchError } from "../../../compiler/graph/patch_error.ts";
import { peak, testFormat } from "../../../testing/patch/patch_player.ts";
import { aliasDb, decibels, measureHz, spectrum } from "../../../testing/measure/spectrum.ts";
import { playVoice, rateHz, voicePatch } from "../../../testing/trial/trial_patch.ts";

const length = 1 << 16;
const [, , square, saw] = classicWaves;

Deno.test("a wavetable is in tune within 0.1 cents, measured by the phase that ten seconds gain", async () => {
  for (const number of [21, 45, 69, 93, 117]) {
    const expected = 440 * 2 ** ((number - 69) / 12);
    const samples = await playVoice(
      ({ frequencyHz }) => wavetable({ frequencyHz, waves: [saw] }),
      10 * rateHz,
      { number },
    );
    const cents = 1_200 * Math.log2(measureHz(samples, expected, rateHz) / expected);
    assert.ok(Math.abs(cents) < 0.1, `${number}: ${cents} cents`);
  }
});

Deno.test("every harmonic below 20 kHz is there within 0.01 dB, at every pitch from 28 Hz", async () => {
  for (const periods of [39, 149, 601, 1_367, 2_801, 4_097, 8_193, 12_289]) {
    const frequencyHz = periods * rateHz / length;
    const bins = spectrum(await playVoice(() => wavetable({ frequencyHz, waves: [saw] }), length));
    for (let harmonic = 1; harmonic * frequencyHz < 19_700; harmonic++) {
      const expected = 2 / Math.PI / harmonic;
      const found = bins[harmonic * periods] / (length / 2);
      assert.ok(
        Math.abs(decibels(found / expected)) < 0.01 + harmonic * 5e-4,
        `${frequencyHz} Hz, harmonic ${harmonic}: ${decibels(found / expected)} dB`,
      );
    }
  }
});

/** Periods in the length, an odd number, and the alias level of a saw below 20 kHz in dB under the fundamental. */
const aliases: readonly (readonly [periods: number, audible: number])[] = [
  [37, -83], // 27 Hz
  [149, -94], // 109 Hz
  [601, -85], // 440 Hz
  [1_367, -92], // 1 kHz
  [4_097, -91], // 3 kHz
  [8_193, -95], // 6 kHz
  [27_305, -95], // 20 kHz
];

for (const [periods, audible] of aliases) {
  const frequencyHz = periods * rateHz / length;
  Deno.test(`aliases of a saw of ${Math.round(frequencyHz)} Hz stay ${-audible} dB down below 20 kHz`, async () => {
    const samples = await playVoice(() => wavetable({ frequencyHz, waves: [saw] }), length);
    const found = aliasDb(samples, periods, 20_000 / rateHz);
    assert.ok(found < audible, `${found}`);
  });
}

Deno.test("at 44.1 and at 32 kHz nothing is folded below 20 kHz either", async () => {
  for (const sampleRateHz of [44_100, 32_000, 96_000]) {
    for (const periods of [149, 1_001, 4_097, 9_001]) {
      const frequencyHz = periods * sampleRateHz / length;
      const samples = await playVoice(
        () => wavetable({ frequencyHz, waves: [saw] }),
        length,
        { format: { sampleRateHz } },
      );
      const found = aliasDb(samples, periods, Math.min(0.5, 19_999 / sampleRateHz));
      assert.ok(found < -80, `${sampleRateHz} Hz, ${frequencyHz} Hz: ${found}`);
    }
  }
});

Deno.test("positions are the waves in their order, and between two the mixture", async () => {
  const sines: readonly Wave[] = [1, 2, 3].map((only) => (harmonic) => harmonic === only ? 1 : 0);
  const periods = 64;
  for (
    const [position, expected] of [[0, [1, 0, 0]], [0.25, [0.5, 0.5, 0]], [0.5, [0, 1, 0]], [1, [
      0,
      0,
      1,
    ]]] as const
  ) {
    const bins = spectrum(
      await playVoice(
        () => wavetable({ frequencyHz: periods * rateHz / length, position, waves: sines }),
        length,
      ),
    );
    const found = [1, 2, 3].map((harmonic) => bins[harmonic * periods] / (length / 2));
    found.forEach((level, index) =>
      assert.ok(Math.abs(level - expected[index]) < 1e-4, `${position}: ${found}`)
    );
  }
});

Deno.test("pitch and position moved at audio rate keep it within its waves", async () => {
  const samples = await playVoice(() =>
    wavetable({
      frequencyHz: noise({}).plus(1).times(10_000).as("Hz"),
      position: noise({}).times(0.5).plus(0.5),
    }), rateHz * 4);
  // the fundamental of a square is 4/π
  assert.ok(peak(samples) < 1.28, `${peak(samples)}`);
});

Deno.test("waves that are none are refused with the place in the row", () => {
  const build = (waves: readonly Wave[]) => () => voicePatch(() => wavetable({ waves })).build(testFormat);
  assert.throws(
    build([]),
    (error: Error) => error instanceof PatchError && /expected 1 to 32 waves, found 0/.test(error.message),
  );
  assert.throws(build(Array(33).fill(square)), /found 33/);
  assert.throws(build([square, () => NaN]), /wave 2: expected finite numbers, found NaN/);
  assert.throws(build([1 as unknown as Wave]), /wave 1: expected a function of the harmonic, found 1/);
});

Deno.test("a formula sounds as drawn, away from its edges", async () => {
  const wave = waveOf((turns) => Math.sin(2 * Math.PI * turns) ** 3);
  const samples = await playVoice(() => wavetable({ frequencyHz: 100, waves: [wave] }), 4_800);
  samples.forEach((sample, frame) =>
    assert.ok(Math.abs(sample - Math.sin(2 * Math.PI * frame / 480) ** 3) < 1e-4, `frame ${frame}`)
  );
});
