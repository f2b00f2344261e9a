import assert from "node:assert/strict";
import { CommandLog, EntryField, Opcode } from "../../../engine/log/command_log.ts";
import { fixed } from "../../../engine/memory/layout.ts";
import { testMemory } from "../../../testing/engine/test_memory.ts";

const note = { opcode: Opcode.noteOn, target: 60, value: 60, extra: 0.5 };

Deno.test("a bundle becomes visible with one store of the head, also where the head wraps", () => {
  const memory = testMemory({ startLogPosition: 0xFFFFFFFE });
  const log = new CommandLog(memory);
  log.append([note, note, { ...note, at: { block: 7, frame: 3 } }]);
  assert.equal(memory.words[fixed.log.head.index], 1);
  const entry = new Int32Array(8);
  log.copyEntry(0, entry, 0);
  assert.deepEqual([entry[EntryField.block], entry[EntryField.frame], entry[EntryField.when]], [7, 3, 1]);
  assert.equal(entry[EntryField.position], 0);
});

Deno.test("entries that somebody may still need are never overwritten", () => {
  const log = new CommandLog(testMemory());
  log.append(new Array(log.room).fill(note));
  assert.equal(log.room, 0);
  assert.throws(() => log.append([note]), /room for 0 entries/);
  log.release(10);
  assert.equal(log.room, 10);
  log.release(5);
  assert.equal(log.room, 10, "a release never goes back");
});

Deno.test("a clear cannot be quarantined: what it dropped does not come back", () => {
  const log = new CommandLog(testMemory());
  log.append([{ ...note, opcode: Opcode.clear }, note]);
  assert.deepEqual([log.quarantine(0), log.quarantine(1)], [false, true]);
  const entry = new Int32Array(8);
  log.copyEntry(0, entry, 0);
  assert.equal(entry[EntryField.opcode], Opcode.clear);
});

Deno.test("a quarantined entry does nothing and keeps its place", () => {
  const log = new CommandLog(testMemory());
  log.append([note, note]);
  log.quarantine(1);
  const entries = new Int32Array(16);
  [0, 1].forEach((position) => log.copyEntry(position, entries, position * 8));
  assert.deepEqual([entries[EntryField.opcode], entries[8 + EntryField.opcode]], [
    Opcode.noteOn,
    Opcode.none,
  ]);
});

Deno.test("a log that has entries goes on at its head, and keeps all of them until told what is needed", () => {
  const memory = testMemory({ startLogPosition: 0xFFFFFFFE });
  new CommandLog(memory).append([note, note, note]);
  const log = new CommandLog(memory);
  assert.deepEqual([log.head, log.room], [1, 0]);
  log.release(-2);
  assert.equal(log.room, memory.geometry.logCapacity - 1 - 3);
});
