import assert from "node:assert/strict";
import { DriftLimit } from "../../../engine/time/drift_limit.ts";

Deno.test("a line stays while it is near, and for two seconds while it is not; never beyond 50 ms", () => {
  const patience = new DriftLimit();
  assert.equal(patience.mayStay(0.9, 0), true);
  assert.equal(patience.mayStay(4.9, 500), true);
  for (let ms = 1_000; ms < 3_000; ms += 500) assert.equal(patience.mayStay(6, ms), true);
  assert.equal(patience.mayStay(6, 3_000), false);
  assert.equal(patience.mayStay(6, 3_100), true);
  assert.equal(patience.mayStay(51, 3_200), false);
});

Deno.test("after a pause of a second it must be nearer than a millisecond", () => {
  const patience = new DriftLimit();
  patience.mayStay(0, 0);
  assert.equal(patience.mayStay(1.1, 1_001), false);
  assert.equal(patience.mayStay(0.9, 2_002), true);
});
