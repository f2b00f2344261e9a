import assert from "node:assert/strict";
import {
  CommandLog,
  EntryField,
  type LogEntry,
  Opcode,
  opcodeMask,
} from "../../../engine/log/command_log.ts";
import { fixed } from "../../../engine/memory/layout.ts";
import { logEntryIndex } from "../../../engine/memory/places.ts";
import { SealTable } from "../../../engine/log/seal_table.ts";
import { type Failure, Quarantine } from "../../../engine/supervisor/quarantine.ts";
import { testMemory } from "../../../testing/engine/test_memory.ts";

const note = (at?: LogEntry["at"]): LogEntry => ({
  opcode: Opcode.noteOn,
  target: 1,
  value: 60,
  extra: 1,
  at,
});

const origin = { block: 0, logPosition: 0 };

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
  const failure: Failure = { block: 5, position, joining: false, certain: true };
  return { quarantine: new Quarantine(log, seals), failure, log, memory };
}

Deno.test("two renderers that break at one block convict the commands that take effect in it, and no others", () => {
  for (const start of [0, 0xFFFFFFFE]) {
    const before = [note(), note({ block: 5, frame: 3 }), note({ block: 9, frame: 0 })];
    const inBlock = [note(), note({ block: 2, frame: 0 }), note({ block: 6, frame: 0 })];
    const { quarantine, failure, log } = setUp(before, inBlock, start);
    const suspended = () => log.suspended.map((position) => (position - start) | 0);
    quarantine.noteFailure(failure);
    assert.deepEqual(quarantine.decide(origin, 0), []);
    assert.ok(!quarantine.searching, "one witness is not enough");
    quarantine.noteFailure(failure);
    // due now, sealed now, sealed now but late: first without the newer half of them, then without the other, then without all
    assert.deepEqual(quarantine.decide(origin, 0), []);
    assert.deepEqual(suspended(), [3, 4]);
    quarantine.noteFailure({ ...failure, joining: true });
    assert.deepEqual(suspended(), [1]);
    quarantine.noteFailure({ ...failure, joining: true });
    assert.deepEqual(suspended(), [1, 3, 4]);
    const found = quarantine.confirm();
    assert.deepEqual(found?.positions.map((position) => (position - start) | 0), [1, 3, 4]);
    assert.equal(found?.wasHeard, false);
    assert.deepEqual(quarantine.decide(origin, 0), [], "convicted once");
  }
});

Deno.test("failures at different blocks, or forgotten ones, convict nothing, and a clear is never to blame", () => {
  const { quarantine, failure } = setUp([], [note()]);
  quarantine.noteFailure(failure);
  quarantine.noteFailure({ ...failure, block: 4 });
  assert.deepEqual(quarantine.decide(origin, 0), []);
  quarantine.forget();
  quarantine.noteFailure(failure);
  assert.deepEqual(quarantine.decide(origin, 0), []);
  const cleared = setUp([], [{ opcode: Opcode.clear, target: 0, value: 0, extra: 0 }]);
  cleared.quarantine.noteFailure(cleared.failure);
  cleared.quarantine.noteFailure(cleared.failure);
  assert.deepEqual(cleared.quarantine.decide(origin, 0), []);
});

Deno.test("hangs convict only when one of the renderers was in a replay", () => {
  const { quarantine, failure } = setUp([], [note()]);
  const hang = { ...failure, certain: false };
  quarantine.noteFailure(hang);
  quarantine.noteFailure(hang);
  assert.deepEqual(quarantine.decide(origin, 0), [], "all of them may have been hit by chance");
  quarantine.noteFailure({ ...hang, joining: true });
  assert.deepEqual(quarantine.decide(origin, 0), [0]);
});

Deno.test("a command that waited for its time is found after its place in the log was overwritten", () => {
  const memory = testMemory();
  const log = new CommandLog(memory);
  const seals = new SealTable(memory);
  seals.reset(0);
  log.append([note({ block: 5, frame: 3 })]);
  for (let left = 70_000; left > 0; left -= 10_000) {
    log.release(log.head);
    log.append(new Array(10_000).fill(note()));
  }
  seals.claim(5, log.head);
  const quarantine = new Quarantine(log, seals, (block) => block === 5 ? [0] : []);
  const failure: Failure = { block: 5, position: log.head, joining: false, certain: true };
  quarantine.noteFailure(failure);
  quarantine.noteFailure(failure);
  assert.deepEqual(quarantine.decide(origin, 0), [0]);
  const { stoppedCount, stoppedCommands } = fixed.control;
  assert.deepEqual([memory.words[stoppedCount.index], memory.words[stoppedCommands.index]], [1, 0]);
});

/** Two replays that break in block 5, which hears nothing, after these commands. */
function searching(commands: readonly LogEntry[], start = 0) {
  const setting = setUp(commands, [], start);
  const { quarantine, failure } = setting;
  const replay = { ...failure, joining: true };
  quarantine.noteFailure(failure);
  quarantine.noteFailure(failure);
  assert.deepEqual(quarantine.decide({ block: 0, logPosition: start }, 0), []);
  assert.ok(!quarantine.searching, "the first replay may pass");
  quarantine.noteFailure(replay);
  quarantine.noteFailure(replay);
  assert.deepEqual(quarantine.decide({ block: 0, logPosition: start }, 0), []);
  assert.ok(quarantine.searching);
  return { ...setting, replay };
}

Deno.test("a search waits until the device has passed the blocks before the failure: no trial is heard in them", () => {
  const { quarantine, failure } = setUp([note()], []);
  const replay = { ...failure, joining: true };
  [failure, failure, replay, replay].forEach((each) => quarantine.noteFailure(each));
  const origin = { block: 0, logPosition: 0 };
  for (const consumed of [failure.block - 4, failure.block - 1]) {
    assert.deepEqual(quarantine.decide(origin, 0, consumed), []);
    assert.ok(!quarantine.searching);
  }
  assert.deepEqual(quarantine.decide(origin, 0, failure.block), []);
  assert.ok(quarantine.searching);
});

/** Positions from `start` on of commands that do nothing now. */
function silenced(log: CommandLog, count: number, start: number): number[] {
  const words = new Int32Array(8);
  return Array.from({ length: count }, (_, index) => index).filter((index) => {
    log.copyEntry((start + index) | 0, words, 0);
    return words[EntryField.opcode] === Opcode.none;
  });
}

Deno.test("the search leaves out the newest, the one before, then two, four; the first that passes is final", () => {
  for (const start of [0, 0xFFFFFFFC]) {
    const { quarantine, log, memory, replay } = searching(new Array(9).fill(note()), start);
    const inert = () =>
      Array.from({ length: 9 }, (_, index) => index).filter((index) =>
        (memory.words[logEntryIndex(memory, (start + index) | 0) + EntryField.opcode] & opcodeMask) ===
          Opcode.none
      );
    for (const trial of [[8], [7], [5, 6], [1, 2, 3, 4]]) {
      assert.deepEqual(inert(), trial);
      assert.deepEqual(silenced(log, 9, start), [], "the recording has them as they are");
      quarantine.noteFailure(replay);
      assert.deepEqual(quarantine.decide({ block: 0, logPosition: start }, 0), []);
    }
    assert.deepEqual(inert(), [0]);
    const found = quarantine.confirm()!;
    assert.deepEqual(found.positions.map((position) => (position - start) | 0), [0]);
    assert.deepEqual([found.originBlock, found.block], [0, 5]);
    assert.ok(!quarantine.searching);
    assert.deepEqual(silenced(log, 9, start), [0]);
  }
});

Deno.test("a search that leaves out everything without success ends, with every command as it was", () => {
  const { quarantine, memory, replay } = searching([note(), note()]);
  for (let trial = 0; trial < 3; trial++) {
    assert.ok(!quarantine.exhausted);
    quarantine.noteFailure(replay);
  }
  assert.ok(quarantine.exhausted && !quarantine.searching);
  for (let position = 0; position < 2; position++) {
    assert.equal(memory.words[logEntryIndex(memory, position) + EntryField.opcode], Opcode.noteOn);
  }
  quarantine.restart();
  assert.ok(!quarantine.exhausted);
});

Deno.test("commands without which replays break all the same are acquitted, and the search goes further back", () => {
  for (const consumed of [undefined, 5]) {
    const { quarantine, failure, log } = setUp([note()], [note(), note(), note()]);
    const replay = { ...failure, joining: true };
    [failure, failure].forEach((each) => quarantine.noteFailure(each));
    assert.deepEqual(quarantine.decide(origin, 0, consumed), []);
    for (const trial of [[2, 3], [1], [1, 2, 3]]) {
      assert.deepEqual(log.suspended, trial);
      quarantine.noteFailure(replay);
    }
    assert.ok(!quarantine.searching && !quarantine.exhausted);
    assert.deepEqual(log.suspended, [], "they act again");
    if (consumed !== undefined) {
      assert.deepEqual(quarantine.decide(origin, 0, consumed - 1), []);
      assert.ok(!quarantine.searching, "no trial is heard before the block");
    }
    assert.deepEqual(quarantine.decide(origin, 0, consumed), []);
    for (const trial of [[3], [2], [0, 1]]) {
      assert.deepEqual(log.suspended, trial);
      quarantine.noteFailure(replay);
    }
    assert.deepEqual(log.suspended, [0, 1, 2, 3]);
    quarantine.noteFailure(replay);
    assert.ok(quarantine.exhausted, "nothing is left to leave out");
    quarantine.restart();
    [failure, failure].forEach((each) => quarantine.noteFailure(each));
    quarantine.decide(origin, 0, consumed);
    assert.deepEqual(log.suspended, [2, 3], "after an anchor they are suspects as any others");
  }
});

Deno.test("when renderers hang with the commands of a block and trap without them, renderers begin again", () => {
  const { quarantine, failure } = setUp([note()], [note(), note()]);
  const hang = { ...failure, joining: true, certain: false };
  [hang, hang].forEach((each) => quarantine.noteFailure(each));
  quarantine.decide(origin, 0);
  for (const certain of [false, false, true]) {
    assert.ok(quarantine.searching && !quarantine.exhausted);
    quarantine.noteFailure({ ...hang, certain });
  }
  assert.ok(quarantine.exhausted);
});

Deno.test("a replay that breaks further on has passed: its trial is final", () => {
  const { quarantine, replay } = searching([note(), note()]);
  quarantine.noteFailure({ ...replay, block: 6 });
  assert.ok(quarantine.hasPassed);
  assert.deepEqual(quarantine.confirm()?.positions, [1]);
  assert.ok(!quarantine.searching && !quarantine.hasPassed);
});

Deno.test("what a renderer has played is no poison, though others broke on it", () => {
  const { quarantine, failure } = setUp([], [note()]);
  quarantine.noteFailure(failure);
  quarantine.noteFailure(failure);
  assert.deepEqual(quarantine.decide(origin, 6), []);
  quarantine.noteFailure(failure);
  assert.deepEqual(quarantine.decide(origin, 5), [0]);
});

Deno.test("an anchor is never to blame; what takes effect beside it is", () => {
  const anchor: LogEntry = {
    opcode: Opcode.anchor,
    target: 0,
    value: 0,
    extra: 0,
    at: { block: 5, frame: 0 },
  };
  const { quarantine, failure } = setUp([], [anchor, note()]);
  quarantine.noteFailure(failure);
  quarantine.noteFailure(failure);
  assert.deepEqual(quarantine.decide(origin, 0), [1]);
});
