import assert from "node:assert/strict";
import { fixed } from "../../engine/memory/layout.ts";
import { sharedMemoryPointer } from "../../ffi/shared_memory_pointer.ts";
import { InvariantError } from "../../foundation/invariant.ts";
import { nativeForTests } from "../../testing/native_for_tests.ts";
import { testMemory } from "../../testing/engine/test_memory.ts";

const { native } = await nativeForTests();

Deno.test("the native part takes a memory of its own version, and names what differs in another", () => {
  const memory = testMemory();
  const pointer = sharedMemoryPointer(native, memory.bytes);
  assert.equal(
    Deno.UnsafePointer.value(pointer),
    Deno.UnsafePointer.value(Deno.UnsafePointer.of(memory.bytes)),
  );
  const differing = {
    magic: /magic number/,
    version: /layout version/,
    totalBytes: /sizes/,
    seatBytes: /sizes/,
    channels: /sizes/,
  } as const;
  for (const [field, message] of Object.entries(differing)) {
    const wrong = testMemory();
    const { index } = fixed.geometry[field as keyof typeof differing];
    wrong.words[index] = 99;
    assert.throws(() => sharedMemoryPointer(native, wrong.bytes), (error: Error) => {
      assert.ok(error instanceof InvariantError, String(error));
      assert.match(error.message, message);
      return true;
    });
  }
});
