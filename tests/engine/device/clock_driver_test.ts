import assert from "node:assert/strict";
import { ClockDriver } from "../../../engine/device/clock_driver.ts";
import { DriverError } from "../../../engine/device/driver_error.ts";
import { fixed } from "../../../engine/memory/layout.ts";
import { nativeForTests } from "../../../testing/native_for_tests.ts";
import { until } from "../../../testing/until.ts";
import { testMemory } from "../../../testing/engine/test_memory.ts";

const { native } = await nativeForTests();

Deno.test("the clock calls with its period until it is stopped, and only one runs in a process", async () => {
  const memory = testMemory();
  const driver = ClockDriver.start(native, memory, { periodFrames: 48 });
  try {
    assert.throws(() => ClockDriver.start(native, testMemory()), DriverError);
    await until("it calls", () => memory.counter("callbacks") > 2);
    assert.equal(memory.words[fixed.callback.largestFrameCount.index], 48);
    assert.ok(driver.alive);
  } finally {
    await driver.stop();
  }
  assert.ok(!driver.alive);
  const calls = memory.counter("callbacks");
  await driver.stop();
  const next = ClockDriver.start(native, testMemory());
  await next.stop();
  assert.equal(memory.counter("callbacks"), calls, "nothing calls after the stop");
});
