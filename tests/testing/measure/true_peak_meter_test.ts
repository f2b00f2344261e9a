import assert from "node:assert/strict";
import { truePeakOf } from "../../../testing/measure/true_peak_meter.ts";

Deno.test("a sine of a quarter of the rate, sampled beside its peaks, has the peak of the wave and not of the samples", () => {
  const samples = Float32Array.from(
    { length: 2_000 },
    (_, frame) => Math.sin(Math.PI / 2 * frame + Math.PI / 4),
  );
  assert.ok(Math.abs(Math.max(...samples) - Math.SQRT1_2) < 1e-6);
  assert.ok(Math.abs(truePeakOf(samples) - 1) < 0.001, `${truePeakOf(samples)}`);
});

Deno.test("silence has no peak", () => assert.equal(truePeakOf(new Float32Array(200)), 0));
