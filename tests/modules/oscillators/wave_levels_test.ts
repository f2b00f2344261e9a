import assert from "node:assert/strict";
import { classicWaves } from "../../../modules/oscillators/wave.ts";
import {
  harmonicsOf,
  levels,
  levelsOf,
  samplesOf,
  samplesOfWave,
  startOf,
} from "../../../modules/oscillators/wave_levels.ts";
import { spectrum } from "../../../testing/measure/spectrum.ts";

Deno.test("levels lie side by side and fit into the samples of a wave", () => {
  for (let level = 0; level < levels; level++) {
    const end = startOf(level) + samplesOf(level);
    if (level < levels - 1) assert.equal(startOf(level + 1), end);
    else assert.ok(end <= samplesOfWave && end > samplesOfWave / 2);
    assert.ok(samplesOf(level) > 5 * harmonicsOf(level));
  }
});

Deno.test("each level has the harmonics of its wave up to its last, lifted by what straight lines take, and no others", () => {
  const [, , square, saw] = classicWaves;
  for (const wave of [square, saw]) {
    const all = levelsOf(wave);
    for (let level = 0; level < levels; level++) {
      const samples = all.subarray(startOf(level), startOf(level) + samplesOf(level));
      const bins = spectrum(samples);
      for (let harmonic = 1; harmonic < samples.length / 2; harmonic++) {
        const x = Math.PI * harmonic / samples.length;
        const expected = harmonic <= harmonicsOf(level)
          ? Math.abs(wave(harmonic) as number) * (x / Math.sin(x)) ** 2
          : 0;
        const found = bins[harmonic] / (samples.length / 2);
        assert.ok(Math.abs(found - expected) < 1e-6, `level ${level}, harmonic ${harmonic}: ${found}`);
      }
    }
  }
});
