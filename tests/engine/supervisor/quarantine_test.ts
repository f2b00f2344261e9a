import assert from "node:assert/strict";
import { CommandLog, type LogEntry, Opcode } from "../../../engine/log/command_log.ts";
import { SealTable } from "../../../engine/log/seal_table.ts";
import { Quarantine } from "../../../engine/supervisor/quarantine.ts";
import { testMemory } from "../../../testing/test_memory.ts";

const note = (at?: LogEntry["at"]): LogEntry => ({
  opcode: Opcode.noteOn,
  target: 1,
  value: 60,
  extra: 1,
  at,
});

/** A log whose entries from `start` on are sealed into block 5, those before it into block 4. */
function setUp(before: readonly LogEntry[], inBlock: readonly LogEntry[], start = 0) {
  const memory = testMemory({ startBlock: 0, startLogPosition: start });
  const log = new CommandLog(memory);
  const seals = new SealTable(memory);
  seals.reset(0);
  log.append(before);
  seals.claim(4, log.head);
  const position = log.head;
  log.append(inBlock);
  seals.claim(5, log.head);
  log.append([note()]); // sealed later: not to blame
  return { quarantine: new Quarantine(log, seals), failure: { block: 5, position } };
}

Deno.test("two renderers that break at one block convict the commands that take effect in it, and no others", () => {
  for (const start of [0, 0xFFFFFFFE]) {
    const before = [note(), note({ block: 5, frame: 3 }), note({ block: 9, frame: 0 })];
    const inBlock = [note(), note({ block: 2, frame: 0 }), note({ block: 6, frame: 0 })];
    const { quarantine, failure } = setUp(before, inBlock, start);
    quarantine.noteFailure(failure);
    assert.deepEqual(quarantine.decide(), [], "one witness is not enough");
    quarantine.noteFailure(failure);
    const found = quarantine.decide().map((position) => (position - start) | 0);
    assert.deepEqual(found, [1, 3, 4], "due now, sealed now, sealed now but late");
    assert.deepEqual(quarantine.decide(), [], "convicted once");
  }
});

Deno.test("failures at different blocks, or forgotten ones, convict nothing, and a clear is never to blame", () => {
  const { quarantine, failure } = setUp([], [note()]);
  quarantine.noteFailure(failure);
  quarantine.noteFailure({ ...failure, block: 4 });
  assert.deepEqual(quarantine.decide(), []);
  quarantine.forget();
  quarantine.noteFailure(failure);
  assert.deepEqual(quarantine.decide(), []);
  const cleared = setUp([], [{ opcode: Opcode.clear, target: 0, value: 0, extra: 0 }]);
  cleared.quarantine.noteFailure(cleared.failure);
  cleared.quarantine.noteFailure(cleared.failure);
  assert.deepEqual(cleared.quarantine.decide(), []);
});
