import assert from "node:assert/strict";
import { blocksBetween, SharedMemory } from "../../../engine/memory/shared_memory.ts";
import { testMemory } from "../../../testing/engine/test_memory.ts";

Deno.test("who attaches finds the geometry that was written", () => {
  const memory = testMemory({ blockFrames: 64, startBlock: 0xFFFFFFF0 });
  const attached = SharedMemory.attach(memory.buffer);
  assert.deepEqual(attached.geometry, memory.geometry);
  assert.equal(attached.consumed() >>> 0, 0xFFFFFFF0);
});

Deno.test("distances between blocks are right across the wrap", () => {
  assert.equal(blocksBetween(3, -2), 5);
  assert.equal(blocksBetween(0x80000001 | 0, 0x7FFFFFFF), 2);
  assert.equal(blocksBetween(-1, 0), -1);
});
