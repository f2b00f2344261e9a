import assert from "node:assert/strict";
import { interpolationFilter } from "../../ffi/interpolation_filter.ts";

const [taps, phases] = [32, 256];
const filter = interpolationFilter();
const row = (phase: number) => filter.subarray(phase * taps, (phase + 1) * taps);

Deno.test("at a whole frame the filter is that frame", () => {
  assert.deepEqual(row(0), Float32Array.from({ length: taps }, (_, tap) => tap === 15 ? 1 : 0));
  assert.deepEqual(row(phases), Float32Array.from({ length: taps }, (_, tap) => tap === 16 ? 1 : 0));
});

Deno.test("tones up to 16 kHz at 48 kHz come out between two frames as they are", () => {
  for (const hz of [100, 1_000, 10_000, 16_000]) {
    const turn = 2 * Math.PI * hz / 48_000;
    for (let phase = 0; phase <= phases; phase += 8) {
      let [value, error] = [0, 0];
      row(phase).forEach((weight, tap) => value += weight * Math.sin(turn * (tap - 15) + 1));
      error = Math.abs(value - Math.sin(turn * phase / phases + 1));
      assert.ok(error < 10 ** (-70 / 20), `${hz} Hz, phase ${phase}: ${20 * Math.log10(error)} dB`);
    }
  }
});
