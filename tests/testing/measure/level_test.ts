import assert from "node:assert/strict";
import { mean, rms, silentFrom, steepest } from "../../../testing/measure/level.ts";

Deno.test("levels are those of their definitions", () => {
  assert.equal(mean([1, 2, 6]), 3);
  assert.equal(rms([3, -4, 0, 0]), 2.5);
  assert.equal(steepest([0, 1, -2, -2.5]), 3);
  assert.equal(silentFrom([1, 0, 1e-40, 0, -0]), 3);
  assert.equal(silentFrom([0, 0]), 0);
  assert.equal(silentFrom([0, NaN]), 2);
});
