import assert from "node:assert/strict";
import { ManualClock } from "../../../testing/engine/manual_clock.ts";

Deno.test("both clocks stand still until they are advanced, and then move together", () => {
  const clock = new ManualClock(1_000_000);
  const [unixMs, monotonicMs] = [clock.unixMs, clock.monotonicMs];
  assert.deepEqual([clock.readWallMs(), clock.monotonicMs], [1_000_000, monotonicMs]);
  clock.advance(0.0025);
  assert.deepEqual([clock.unixMs - unixMs, clock.monotonicMs - monotonicMs], [2.5, 2.5]);
});

Deno.test("setting the wall clock leaves the monotonic clock and the ticks alone", () => {
  const clock = new ManualClock(1_000_000);
  const [before, after] = [new BigUint64Array(2), new BigUint64Array(2)];
  clock.readPair(before);
  clock.wallStepMs = -500;
  clock.readPair(after);
  assert.deepEqual(after, before);
  assert.equal(clock.unixMs, 999_500);
});
