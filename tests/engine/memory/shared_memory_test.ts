import assert from "node:assert/strict";
import { blocksBetween, SharedMemory } from "../../../engine/memory/shared_memory.ts";
import { sharedMemoryPointer } from "../../../ffi/shared_memory_pointer.ts";
import { InvariantError } from "../../../foundation/invariant.ts";
import { nativeForTests } from "../../../testing/native_for_tests.ts";
import { testMemory } from "../../../testing/test_memory.ts";

Deno.test("who attaches finds the geometry that was written", () => {
  const memory = testMemory({ blockFrames: 64, startBlock: 0xFFFFFFF0 });
  const attached = SharedMemory.attach(memory.buffer);
  assert.deepEqual(attached.geometry, memory.geometry);
  assert.equal(attached.consumed() >>> 0, 0xFFFFFFF0);
});

Deno.test("a memory of another kind, version or size is refused, by both sides", async () => {
  const { native } = await nativeForTests();
  assert.doesNotThrow(() => sharedMemoryPointer(native, testMemory().bytes));
  for (const [name, word] of [["magic", 0], ["version", 1], ["size", 2]] as const) {
    const memory = testMemory();
    memory.words[word]++;
    assert.throws(() => SharedMemory.attach(memory.buffer), InvariantError, name);
    assert.throws(() => sharedMemoryPointer(native, memory.bytes), InvariantError, name);
  }
  const small = new SharedArrayBuffer(8);
  assert.throws(() => SharedMemory.attach(small), InvariantError);
  assert.throws(() => sharedMemoryPointer(native, new Uint8Array(small)), InvariantError);
});

Deno.test("distances between blocks are correct across the wrap", () => {
  assert.equal(blocksBetween(3, -2), 5);
  assert.equal(blocksBetween(0x80000001 | 0, 0x7FFFFFFF), 2);
  assert.equal(blocksBetween(-1, 0), -1);
});
