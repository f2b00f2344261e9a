import assert from "node:assert/strict";
import { machineClocks, Standstill } from "../../../engine/report/standstill.ts";

function stepped() {
  const clock = { monotonicMs: 1_000, bootMs: 50_000 };
  const standstill = new Standstill({
    monotonicMs: () => clock.monotonicMs,
    bootMs: () => Math.floor(clock.bootMs / 1_000) * 1_000,
  });
  /** Ticks every 2 ms for some time; returns what was reported. */
  const tickFor = (ms: number) => {
    const found: number[] = [];
    for (let passed = 0; passed < ms; passed += 2) {
      clock.monotonicMs += 2;
      clock.bootMs += 2;
      const stoodMs = standstill.poll();
      if (stoodMs > 0) found.push(stoodMs);
    }
    return found;
  };
  return { clock, standstill, tickFor };
}

Deno.test("a process that was stopped for 5 s says so, once", () => {
  const { clock, standstill, tickFor } = stepped();
  assert.deepEqual(tickFor(10_000), []);
  clock.monotonicMs += 5_000;
  clock.bootMs += 5_000;
  assert.deepEqual(tickFor(10_000), [5_002]);
  assert.deepEqual([standstill.count, standstill.totalMs], [1, 5_002]);
});

Deno.test("a machine that was suspended says so, although its clock stood", () => {
  const { clock, standstill, tickFor } = stepped();
  tickFor(3_500);
  clock.bootMs += 60_000;
  const found = tickFor(3_000);
  assert.equal(found.length, 1);
  assert.ok(Math.abs(found[0] - 60_000) <= 1_000, `${found[0]} ms`);
  assert.equal(standstill.count, 1);
});

Deno.test("turns that are late by less than a second are not reported, and the machine's clocks go forward", () => {
  const { clock, tickFor } = stepped();
  for (let turn = 0; turn < 20; turn++) {
    clock.monotonicMs += 900;
    clock.bootMs += 900;
    assert.deepEqual(tickFor(100), []);
  }
  assert.ok(machineClocks.bootMs() > 0 && machineClocks.monotonicMs() > 0);
});
