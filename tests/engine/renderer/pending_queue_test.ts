import assert from "node:assert/strict";
import fc from "fast-check";
import { hostRegionBytes } from "../../../compiler/graph/compiled_patch.ts";
import { logEntryWords, pendingCapacity } from "../../../engine/memory/constants.ts";
import { CommandLog, EntryField, Opcode } from "../../../engine/log/command_log.ts";
import { logEntryIndex } from "../../../engine/memory/places.ts";
import { Host, type PatchInstance } from "../../../engine/renderer/patch_instance.ts";
import {
  clearPending,
  insertPending,
  pendingEntry,
  takePending,
} from "../../../engine/renderer/pending_queue.ts";

import { testMemory } from "../../../testing/engine/test_memory.ts";

/** The host region of an arena with other state right behind it, of which the queue must touch nothing. */
function hostRegion() {
  const words = new Int32Array(hostRegionBytes / 4 + 8).fill(0x55, hostRegionBytes / 4);
  const instance: Pick<PatchInstance, "words" | "host"> = { words, host: 0 };
  return { words, queue: instance as PatchInstance };
}

function insert(queue: PatchInstance, block: number, frame: number, position: number): void {
  const entry = new Int32Array(logEntryWords);
  entry[EntryField.block] = block;
  entry[EntryField.frame] = frame;
  entry[EntryField.position] = position;
  insertPending(queue, entry, 0);
}

Deno.test("entries come out by time, equal ones in the order of the log, however often the queue wraps its places", () => {
  const step = fc.record({ block: fc.nat(5), frame: fc.nat(3), take: fc.boolean() });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), fc.constantFrom(0, 0x7FFFFFFE | 0, -2), (steps, base) => {
      const { words, queue } = hostRegion();
      const model: { due: number; position: number }[] = [];
      for (let round = 0; round < 15; round++) {
        steps.forEach(({ block, frame, take }, position) => {
          if (model.length < pendingCapacity) {
            insert(queue, (base + block) | 0, frame, position);
            model.push({ due: block * 10 + frame, position });
            model.sort((a, b) => a.due - b.due);
          }
          if (!take) return;
          assert.equal(words[takePending(queue) + EntryField.position], model.shift()!.position);
        });
      }
      assert.equal(words[Host.pending], model.length);
      model.forEach(({ position }, at) =>
        assert.equal(words[pendingEntry(queue, at) + EntryField.position], position)
      );
      assert.ok(
        words.subarray(hostRegionBytes / 4).every((word) => word === 0x55),
        "wrote behind its region",
      );
    }),
    { numRuns: 60 },
  );
});

Deno.test("it holds what it promises, refuses one more, and is empty after a clear", () => {
  const { queue, words } = hostRegion();
  for (let position = 0; position < pendingCapacity; position++) insert(queue, 9, 0, position);
  assert.throws(() => insert(queue, 9, 0, 0), RangeError);
  clearPending(queue);
  assert.equal(words[Host.pending], 0);
  for (let position = 0; position < pendingCapacity; position++) insert(queue, -position, 0, position);
  assert.equal(words[pendingEntry(queue, 0) + EntryField.position], pendingCapacity - 1);
});

Deno.test("a command that does nothing waits with the same words, whether it is suspended or quarantined", () => {
  const memory = testMemory();
  const log = new CommandLog(memory);
  log.append([{
    opcode: Opcode.noteOn,
    instrument: 3,
    target: 1,
    value: 1,
    extra: 1,
    at: { block: 9, frame: 1 },
  }]);
  const waiting = () => {
    const { words, queue } = hostRegion();
    insertPending(queue, memory.words, logEntryIndex(memory, 0));
    return words;
  };
  log.suspend([0]);
  const suspended = waiting();
  log.quarantine(0);
  assert.deepEqual(suspended, waiting());
});
