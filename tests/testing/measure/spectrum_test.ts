import assert from "node:assert/strict";
import {
  aliasDb,
  decibels,
  gainDbAt,
  measureHz,
  phaseTurnsAt,
  spectrum,
} from "../../../testing/measure/spectrum.ts";

const length = 4_096;
const wave = (periods: number) =>
  Float64Array.from({ length }, (_, frame) => Math.sin(2 * Math.PI * frame * periods / length));

Deno.test("the spectrum of a sine is one bin, the loudest other one its alias", () => {
  const bins = spectrum(wave(101));
  bins.forEach((size, bin) => assert.ok(Math.abs(size - (bin === 101 ? length / 2 : 0)) < 1e-6));
  const other = wave(150);
  const dirty = wave(101).map((sample, frame) => sample + 0.01 * other[frame]);
  assert.ok(Math.abs(aliasDb(dirty, 101) + 40) < 1e-6);
  assert.ok(aliasDb(dirty, 101, 120 / length) < -200);
});

Deno.test("gain and phase at a frequency are those of the response", () => {
  // a delay of three frames at half gain
  const response = [0, 0, 0, 0.5];
  assert.ok(Math.abs(gainDbAt(response, 1_234, 48_000) - decibels(0.5)) < 1e-9);
  assert.ok(Math.abs(phaseTurnsAt(response, 1_000, 48_000) + 3 / 48) < 1e-9);
});

Deno.test("a frequency that is off by a semitone or by a tenth of a millicent is found", () => {
  for (const frequencyHz of [27.5, 440, 440 * 2 ** (1 / 12), 440 * 2 ** (1e-4 / 1_200), 439, 12_000.3]) {
    const samples = Float32Array.from(
      { length: 240_000 },
      (_, frame) => Math.sin(2 * Math.PI * ((frame * frequencyHz / 48_000) % 1)),
    );
    const about = frequencyHz < 100 ? 27 : frequencyHz > 1_000 ? 12_000 : 440;
    const cents = 1_200 * Math.log2(measureHz(samples, about, 48_000) / frequencyHz);
    assert.ok(Math.abs(cents) < 1e-3, `${frequencyHz}: ${cents} cents`);
  }
});
