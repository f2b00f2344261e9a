/**
 * Covers: testing/engine/test_engine.ts
 *
 * Needs no real time: the device moves when the test says so.
 */
import assert from "node:assert/strict";
import { startTestEngine } from "../../../testing/engine/test_engine.ts";
import { ManualDriver } from "../../../testing/engine/manual_driver.ts";
import { nativeForTests } from "../../../testing/native_for_tests.ts";
import { testMemory } from "../../../testing/engine/test_memory.ts";

Deno.test("the device takes exactly the blocks of a step, stands still between steps, and the clock moves with it", async () => {
  const { engine, driver, clock, blocksPass, lockstep, stop } = await startTestEngine({ driver: "manual" });
  await lockstep();
  const [block, ms] = [engine.memory.consumed(), clock.monotonicMs];
  await blocksPass(750);
  assert.equal(engine.memory.consumed() - block, 750);
  assert.ok(
    Math.abs(clock.monotonicMs - ms - 2_000) < 0.01,
    `${clock.monotonicMs - ms} ms for 2 s of blocks`,
  );
  assert.equal(driver.captured.length, engine.memory.consumed() * 128 * 2);
  const { concealedFrames, faults } = engine.status();
  assert.equal(concealedFrames, 0);
  assert.equal(faults.late, undefined, "no renderer was late for a step");
  await stop();
});

Deno.test("a step waits for a renderer that was ended to be replaced, a call conceals", async () => {
  const { engine, driver, blocksPass, lockstep, stop } = await startTestEngine({ driver: "manual" });
  await lockstep();
  engine.injectFault("kill", "primary");
  await blocksPass(50);
  assert.equal(engine.status().concealedFrames, 0);
  const { exit = 0, hang = 0 } = engine.status().faults; // a busy machine may see its silence before its exit
  assert.ok(exit + hang > 0);
  await lockstep();
  // more than the renderers could have published beforehand
  driver.call(engine.memory.lookaheadBlocks() + 100);
  assert.ok(engine.status().concealedFrames > 0);
  await stop();
  assert.equal(driver.captured.length, engine.memory.consumed() * 128 * 2);
});

Deno.test("a driver that was stopped takes nothing more", async () => {
  const { native } = await nativeForTests();
  const driver = ManualDriver.open(native, testMemory());
  await driver.stop();
  assert.ok(!driver.alive);
  assert.throws(() => driver.call(), /was stopped/);
});

Deno.test("a step that no renderer serves ends with an error that says what was waited for", async () => {
  const { native } = await nativeForTests();
  const driver = ManualDriver.open(native, testMemory());
  await assert.rejects(
    driver.playUntil("a block that no renderer publishes", () => false, 50),
    /gave up after 50 ms waiting for: a block that no renderer publishes/,
  );
});
