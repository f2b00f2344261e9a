import assert from "node:assert/strict";
import fc from "fast-check";
import { TokenBucket } from "../../foundation/token_bucket.ts";

Deno.test("in no stretch of time more passes than the burst and what came in meanwhile, and a patient sender loses nothing", () => {
  const step = fc.record({
    waitMs: fc.double({ min: 0, max: 50, noNaN: true }),
    cost: fc.integer({ min: 1, max: 8 }),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const bucket = new TokenBucket(100, 10, 1_000);
      let nowMs = 1_000;
      let passed = 0;
      for (const { waitMs, cost } of steps) {
        nowMs += waitMs;
        if (bucket.spend(cost, nowMs)) passed += cost;
        assert.ok(passed <= 10 + (nowMs - 1_000) * 0.1 + 1e-6);
      }
      for (let message = 0; message < 20; message++) {
        assert.ok(bucket.spend(1, nowMs += 11), "a patient sender");
      }
    }),
  );
});

Deno.test("a clock that goes back gives nothing", () => {
  const bucket = new TokenBucket(1_000, 1, 5_000);
  assert.ok(bucket.spend(1, 5_000));
  assert.ok(!bucket.spend(1, 1_000));
});

Deno.test("a charge may leave a debt, as large as the bucket at most, which is filled first", () => {
  const bucket = new TokenBucket(1_000, 10, 0);
  bucket.charge(1_000, 0);
  assert.equal(bucket.level(0), -10);
  assert.ok(!bucket.spend(1, 10));
  assert.ok(bucket.spend(1, 11));
  bucket.add(100);
  assert.equal(bucket.level(11), 10);
});
