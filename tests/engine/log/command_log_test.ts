import assert from "node:assert/strict";
import { CommandLog, EntryField, Opcode, opcodeMask } from "../../../engine/log/command_log.ts";
import { logCapacity, logEntryWords } from "../../../engine/memory/constants.ts";
import { fixed } from "../../../engine/memory/layout.ts";
import { logEntryIndex } from "../../../engine/memory/places.ts";
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

Deno.test("suspended entries do nothing until they are restored, and are recorded as they are", () => {
  const memory = testMemory();
  const log = new CommandLog(memory);
  log.append([note, note, note]);
  const acts = () =>
    [0, 1, 2].map((position) =>
      (memory.words[logEntryIndex(memory, position) + EntryField.opcode] & opcodeMask) !== Opcode.none
    );
  const recorded = () =>
    [0, 1, 2].map((position) => {
      const words = new Int32Array(logEntryWords);
      log.copyEntry(position, words, 0);
      return words[EntryField.opcode];
    });
  log.suspend([0, 1]);
  assert.deepEqual(acts(), [false, false, true]);
  assert.deepEqual(recorded(), [Opcode.noteOn, Opcode.noteOn, Opcode.noteOn]);
  log.quarantine(1);
  log.restore();
  assert.deepEqual(acts(), [true, false, true]);
  assert.deepEqual(recorded(), [Opcode.noteOn, Opcode.none, Opcode.noteOn]);
});

Deno.test("what one control process has suspended, the next one finds, records as it was, and restores", () => {
  const memory = testMemory({ startLogPosition: -1 });
  const before = new CommandLog(memory);
  const high = { ...note, opcode: Opcode.expressAll, instrument: 200 };
  before.append([note, high, note]);
  before.search = { originBlock: -4, block: 12 };
  before.suspend([-1, 0]);
  before.quarantine(-1);
  const log = new CommandLog(memory);
  assert.deepEqual([log.suspended, log.search], [[0], { originBlock: -4, block: 12 }]);
  const words = new Int32Array(logEntryWords);
  const whole = Opcode.expressAll | 200 << 8;
  log.copyEntry(0, words, 0);
  assert.equal(words[EntryField.opcode], whole);
  log.restore();
  assert.deepEqual(log.suspended, []);
  assert.equal(memory.words[logEntryIndex(memory, 0) + EntryField.opcode], whole);
  assert.equal(memory.words[logEntryIndex(memory, -1) + EntryField.opcode], Opcode.none);
});

Deno.test("an entry that was overwritten is stopped by its position, and the one in its place stays", () => {
  const memory = testMemory();
  const log = new CommandLog(memory);
  log.append(new Array(10).fill(note));
  log.release(10);
  log.append(new Array(logCapacity - 5).fill(note));
  assert.ok(log.quarantine(2));
  assert.equal(memory.words[logEntryIndex(memory, 2) + EntryField.opcode], Opcode.noteOn);
  const { stoppedCount, stoppedCommands } = fixed.control;
  assert.deepEqual([memory.words[stoppedCount.index], memory.words[stoppedCommands.index]], [1, 2]);
});
