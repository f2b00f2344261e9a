import assert from "node:assert/strict";
import { fixed } from "../../../engine/memory/layout.ts";
import { attachRunMemory, sharedBuffer } from "../../../engine/run/run_memory.ts";
import { InvariantError } from "../../../foundation/invariant.ts";
import { nativeForTests } from "../../../testing/native_for_tests.ts";
import { testMemory } from "../../../testing/engine/test_memory.ts";
import { inRun } from "../../../testing/engine/test_processes.ts";

const { native } = await nativeForTests();

Deno.test("a memory that was made is attached to by its run, and shared; one of another version is refused", () =>
  inRun(({ folder }) => {
    const made = testMemory({}, (bytes) => sharedBuffer(native, folder, bytes));
    const attached = attachRunMemory(native, folder, made.bytes.length);
    assert.deepEqual(attached.geometry, made.geometry);
    Atomics.store(attached.words, fixed.log.head.index, 7);
    assert.equal(Atomics.load(made.words, fixed.log.head.index), 7);
    made.words[fixed.geometry.version.index]++;
    assert.throws(() => attachRunMemory(native, folder, made.bytes.length), InvariantError);
  }));
