import assert from "node:assert/strict";
import { pulse, saw } from "../../../modules/oscillators/saw.ts";
import { oversamplings } from "../../../modules/distortion/oversampled.ts";
import { noise } from "../../../modules/oscillators/noise.ts";
import type { Signal } from "../../../modules/signal/signal.ts";
import { PatchPlayer, peak } from "../../../testing/patch/patch_player.ts";
import { mean, rms } from "../../../testing/measure/level.ts";
import { aliasDb, decibels, measureHz, spectrum } from "../../../testing/measure/spectrum.ts";
import { playVoice, rateHz, voicePatch } from "../../../testing/trial/trial_patch.ts";

const length = 1 << 16;

Deno.test("saw and pulse are in tune within 0.1 cents, measured by the phase that ten seconds gain", async () => {
  for (const wave of [saw, pulse]) {
    for (const number of [21, 45, 69, 93, 117]) {
      const expected = 440 * 2 ** ((number - 69) / 12);
      const samples = await playVoice(({ frequencyHz }) => wave({ frequencyHz }), 10 * rateHz, { number });
      const cents = 1_200 * Math.log2(measureHz(samples, expected, rateHz) / expected);
      assert.ok(Math.abs(cents) < 0.1, `${wave.moduleName} ${number}: ${cents} cents`);
    }
  }
});

/** What is heard when the filter that makes frames of several points has settled. */
async function settled(voice: () => Signal<"1">): Promise<Float32Array> {
  return (await playVoice(voice, 2 * length)).subarray(length);
}

Deno.test("harmonics of a low saw fall as 1/n, less what the rounded edge takes: sinc to the fourth of its rate", async () => {
  const periods = 149;
  const frequencyHz = periods * rateHz / length;
  for (const oversampling of oversamplings) {
    const bins = spectrum(await settled(() => saw({ frequencyHz, oversampling })));
    for (let harmonic = 1; harmonic * periods < length * 0.4; harmonic++) {
      const x = Math.PI * harmonic * periods / length / oversampling;
      const expected = 2 / Math.PI / harmonic * (Math.sin(x) / x) ** 4;
      const found = bins[harmonic * periods] / (length / 2);
      const problem = `${oversampling} times, harmonic ${harmonic}: ${found}, not ${expected}`;
      assert.ok(Math.abs(decibels(found / expected)) < 0.05, problem);
    }
  }
});

/** Periods in the length, an odd number, and the highest alias below 20 kHz by oversampling, in dB under the fundamental. */
const aliases: readonly (readonly [periods: number, once: number, twice: number, fourTimes: number])[] = [
  [37, -82, -112, -118], // 27 Hz
  [149, -70, -102, -118], // 109 Hz
  [601, -58, -89, -118], // 440 Hz
  [1_367, -51, -83, -114], // 1 kHz
  [4_097, -45, -72, -105], // 3 kHz
  [8_193, -38, -72, -105], // 6 kHz
  [13_655, -28, -66, -105], // 10 kHz
];

for (const [periods, ...bounds] of aliases) {
  const frequencyHz = periods * rateHz / length;
  const name = `${Math.round(frequencyHz)} Hz`;
  Deno.test(`aliases of ${name} stay ${bounds.map((one) => -one).join(", ")} dB under the fundamental below 20 kHz`, async () => {
    for (const [place, oversampling] of oversamplings.entries()) {
      for (const wave of [saw, pulse]) {
        const samples = await settled(() => wave({ frequencyHz, oversampling }));
        const found = aliasDb(samples, periods, 20_000 / rateHz);
        assert.ok(found < bounds[place], `${wave.moduleName}, ${oversampling} times: ${found}`);
      }
    }
  });
}

Deno.test("a naive saw fails the test for aliases", () => {
  const [periods, once] = aliases[2];
  const frequencyHz = periods * rateHz / length;
  const samples = Float32Array.from({ length }, (_, frame) => 2 * ((frame * frequencyHz / rateHz) % 1) - 1);
  assert.ok(aliasDb(samples, periods, 20_000 / rateHz) > once + 10);
});

Deno.test("a saw begins at 0, rises, and stays within -1 and 1; its edges ring by a fifth when they are oversampled", async () => {
  for (const frequencyHz of [0, 0.1, 27.5, 440, 4_186, 12_543, 20_000]) {
    for (const [oversampling, most] of [[1, 1 + 1e-6], [2, 1.34], [4, 1.42]]) {
      const samples = await playVoice(() => saw({ frequencyHz, oversampling }), 24_000);
      if (oversampling === 1) assert.equal(samples[0], 0);
      assert.ok(peak(samples) <= most, `${frequencyHz} Hz, ${oversampling} times: ${peak(samples)}`);
    }
  }
});

Deno.test("a pulse has the width it is given, height 2, and no direct current", async () => {
  const periods = 64;
  for (const width of [0.01, 0.1, 0.3, 0.5, 0.77, 0.99]) {
    const samples = await playVoice(
      () => pulse({ frequencyHz: periods * rateHz / length, width, oversampling: 1 }),
      length,
    );
    assert.ok(Math.abs(mean(samples)) < 1e-6, `width ${width}: mean ${mean(samples)}`);
    const [high, low] = [Math.max(...samples), Math.min(...samples)];
    assert.ok(Math.abs(high - (2 - 2 * width)) < 2e-6 && Math.abs(low + 2 * width) < 2e-6, `${high}, ${low}`);
    const middle = 1 - 2 * width;
    const part = samples.filter((sample) => sample > middle).length / length;
    // edges lie between frames, two in each of the 64 periods
    assert.ok(Math.abs(part - width) <= periods / length, `width ${width}: high for ${part}`);
  }
});

Deno.test("harmonics of a pulse follow its width: sin(πnw) / n", async () => {
  const [periods, width] = [149, 0.25];
  const bins = spectrum(
    await playVoice(
      () => pulse({ frequencyHz: periods * rateHz / length, width, oversampling: 1 }),
      length,
    ),
  );
  for (const harmonic of [1, 2, 3, 4, 5, 8]) {
    const x = Math.PI * harmonic * periods / length;
    const expected = 4 / Math.PI / harmonic * Math.abs(Math.sin(Math.PI * harmonic * width)) *
      (Math.sin(x) / x) ** 4;
    const found = bins[harmonic * periods] / (length / 2);
    assert.ok(
      Math.abs(found - expected) < 1e-4,
      `harmonic ${harmonic}: expected ${expected}, found ${found}`,
    );
  }
});

Deno.test("a width that moves at audio rate keeps the pulse within its height and without direct current", async () => {
  const player = await PatchPlayer.of(
    voicePatch(() => pulse({ frequencyHz: 440, width: noise({}).times(0.49).plus(0.5), oversampling: 1 })),
  );
  const samples = player.on(1).play(10 * rateHz, 0);
  assert.ok(peak(samples) <= 2);
  assert.ok(Math.abs(mean(samples)) < 0.01 * rms(samples), `mean ${mean(samples)}`);
});
