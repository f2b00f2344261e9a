import assert from "node:assert/strict";
import fc from "fast-check";
import { sampleBytes, SampleEncoder } from "../../../engine/render/sample_format.ts";

/** The integers in the bytes. */
function integers(bytes: Uint8Array, size: number): number[] {
  return Array.from({ length: bytes.length / size }, (_, index) => {
    const value = bytes.subarray(index * size, (index + 1) * size)
      .reduce((sum, byte, place) => sum + byte * 2 ** (8 * place), 0);
    return value >= 2 ** (8 * size - 1) ? value - 2 ** (8 * size) : value;
  });
}

for (const format of ["16", "24"] as const) {
  const top = 2 ** (Number(format) - 1);

  Deno.test(`${format} bits: every sample within full scale is at most half a step off, and nothing is counted`, () => {
    const inside = fc.float({ min: -1, max: Math.fround(1 - 2 ** -15), noNaN: true });
    fc.assert(fc.property(fc.array(inside, { maxLength: 50 }), (values) => {
      const encoder = new SampleEncoder(format);
      const samples = Float32Array.from(values);
      integers(encoder.encode(samples), sampleBytes(format)).forEach((value, index) =>
        assert.ok(Math.abs(value - samples[index] * top) <= 0.5)
      );
      assert.equal(encoder.clippedSamples, 0);
    }));
  });

  Deno.test(`${format} bits: what does not fit becomes the nearest that does, and is counted`, () => {
    const encoder = new SampleEncoder(format);
    const bytes = encoder.encode(Float32Array.of(-1, 1, 7, -7, 0, 1 - 2 ** -23));
    assert.deepEqual(integers(bytes, sampleBytes(format)), [-top, top - 1, top - 1, -top, 0, top - 1]);
    assert.equal(encoder.clippedSamples, format === "16" ? 4 : 3);
  });

  Deno.test(`${format} bits: dither keeps a level of a fraction of a step on average, the same for the same seed`, () => {
    const level = Float32Array.from({ length: 50_000 }, () => 0.25 / top);
    const values = integers(new SampleEncoder(format, 5).encode(level), sampleBytes(format));
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
    assert.ok(Math.abs(mean - 0.25) < 0.02, `mean ${mean}`);
    assert.ok(
      Math.abs(variance - 0.25) < 0.02,
      `triangular noise and rounding: 1/6 + 1/12, found ${variance}`,
    );
    assert.deepEqual(integers(new SampleEncoder(format, 5).encode(level), sampleBytes(format)), values);
    assert.notDeepEqual(integers(new SampleEncoder(format, 6).encode(level), sampleBytes(format)), values);
    assert.ok(
      integers(new SampleEncoder(format).encode(level), sampleBytes(format)).every((value) => value === 0),
    );
  });
}

Deno.test("32-bit floats are the samples themselves, also beyond full scale, where they are counted", () => {
  const samples = Float32Array.of(0.1, -0, 1, -1, 1.5, -2);
  const encoder = new SampleEncoder("32f", 1);
  assert.deepEqual(new Float32Array(encoder.encode(samples).slice().buffer), samples);
  assert.equal(encoder.clippedSamples, 2);
});
