import assert from "node:assert/strict";
import { CommandLog, type LogEntry, Opcode } from "../../../engine/log/command_log.ts";
import { readEntries } from "../../../engine/log/read_entries.ts";
import { logCapacity } from "../../../engine/memory/constants.ts";
import { testMemory } from "../../../testing/engine/test_memory.ts";

const note = (target: number): LogEntry => ({
  opcode: Opcode.noteOn,
  instrument: 2,
  target,
  value: 60.5,
  extra: 0.5,
  at: undefined,
});

Deno.test("entries are read as they were appended, across the wrap", () => {
  const log = new CommandLog(testMemory({ startLogPosition: 0xFFFFFFFE }));
  const timed = { ...note(4), at: { block: -3, frame: 17 } };
  log.append([note(1), note(2), note(3), timed]);
  assert.deepEqual(readEntries(log, 0xFFFFFFFF | 0), [
    { ...note(2), position: -1 },
    { ...note(3), position: 0 },
    { ...timed, position: 1 },
  ]);
  assert.deepEqual(readEntries(log, log.head), []);
});

Deno.test("of a log that has gone round, what is still there is read", () => {
  const log = new CommandLog(testMemory());
  for (let target = 0; target < logCapacity + 100; target++) {
    log.append([note(target)]);
    log.release(log.head);
  }
  const entries = readEntries(log, 0);
  assert.equal(entries.length, logCapacity - 1);
  assert.equal(entries[0].target, 101);
});
