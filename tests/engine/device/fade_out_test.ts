import assert from "node:assert/strict";
import { ClockDriver } from "../../../engine/device/clock_driver.ts";
import { fadeOut } from "../../../engine/device/fade_out.ts";
import { fixed } from "../../../engine/memory/layout.ts";
import { nativeForTests } from "../../../testing/native_for_tests.ts";
import { testMemory } from "../../../testing/test_memory.ts";

const { native } = await nativeForTests();

Deno.test("a fade out ends when the device has taken it, and is given up where none takes it", async () => {
  const memory = testMemory();
  memory.words[fixed.control.play.index] = 1;
  const driver = ClockDriver.start(native, memory);
  try {
    await fadeOut(memory);
    assert.equal(memory.words[fixed.callback.ended.index], 1);
  } finally {
    await driver.stop();
  }
  const alone = testMemory();
  await fadeOut(alone);
  assert.deepEqual(
    [alone.words[fixed.control.stop.index], alone.words[fixed.callback.ended.index]],
    [1, 0],
  );
});
