import assert from "node:assert/strict";
import { averageOfBands, slopeDb } from "../../../testing/measure/noise_bands.ts";

Deno.test("the slope of an impulse is 0, that of a step 6 dB an octave", () => {
  const impulse = new Float32Array(1 << 15);
  impulse[1 << 14] = 1;
  assert.ok(Math.abs(slopeDb(averageOfBands(impulse, 48_000, 40, 20_000))) < 1e-3);
  // through a Hann window a sum of impulses is a step, and the window's own lines stay at the bottom
  const sum = impulse.map((_, frame) => frame < 1 << 14 ? 0 : 1);
  assert.ok(Math.abs(slopeDb(averageOfBands(sum, 48_000, 40, 2_000)) + 6.02) < 0.1);
});
