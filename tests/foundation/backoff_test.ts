import assert from "node:assert/strict";
import { Backoff } from "../../foundation/backoff.ts";

Deno.test("the delay doubles with every failure up to the maximum, and starts again after a success", () => {
  const backoff = new Backoff({ firstMs: 500, maxMs: 3_000 });
  assert.equal(backoff.delayMs, 500);
  assert.deepEqual([1, 2, 3, 4].map(() => backoff.increase()), [1_000, 2_000, 3_000, 3_000]);
  assert.equal(backoff.delayMs, 3_000);
  backoff.reset();
  assert.equal(backoff.delayMs, 500);
});
