import { ok, strictEqual, throws } from "node:assert/strict";
import FFT from "fft.js";
import { Spectrum } from "../../../../dashboard/page/figures/spectrum.ts";

Deno.test("a sine of full scale on a line of the spectrum reads 0 dB there, and nothing far from it", () => {
  const frames = 1_024;
  const levels = new Spectrum(frames).levels(
    Float32Array.from({ length: frames }, (_, n) => Math.sin(2 * Math.PI * 100 * n / frames)),
  );
  strictEqual(levels.length, frames / 2 + 1);
  ok(Math.abs(levels[100]) < 1e-3, `${levels[100]}`);
  ok(levels[110] < -100 && levels[400] < -100);
});

Deno.test("the transform is that of another library", () => {
  const frames = 256;
  const samples = Array.from({ length: frames }, (_, n) => Math.sin(n * n * 0.013) * Math.cos(n * 1.7));
  const other = new FFT(frames);
  const result = other.createComplexArray();
  other.realTransform(
    result,
    samples.map((sample, n) => sample * (0.5 - 0.5 * Math.cos(2 * Math.PI * n / frames))),
  );
  const levels = new Spectrum(frames).levels(samples);
  levels.forEach((level, k) => {
    const size = Math.hypot(result[2 * k], result[2 * k + 1]) / (frames / 4);
    ok(Math.abs(level - 20 * Math.log10(size)) < 1e-6, `line ${k}`);
  });
});

Deno.test("only powers of two have a table", () => {
  throws(() => new Spectrum(1_000), /power of two/);
});
