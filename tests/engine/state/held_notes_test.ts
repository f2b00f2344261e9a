import assert from "node:assert/strict";
import { CommandLog, type LogEntry, Opcode } from "../../../engine/log/command_log.ts";
import { HeldNotes } from "../../../engine/state/held_notes.ts";
import { testMemory } from "../../../testing/engine/test_memory.ts";

/** Entries as the log holds them. */
function wordsOf(entries: readonly LogEntry[]): Int32Array {
  const log = new CommandLog(testMemory());
  log.append(entries);
  const words = new Int32Array(entries.length * 8);
  entries.forEach((_, position) => log.copyEntry(position, words, position * 8));
  return words;
}

const entry = (opcode: number, target: number, instrument = 0): LogEntry => ({
  ...{ opcode, target, instrument, value: 60, extra: 1 },
});

Deno.test("a note is held from its start to its release, by instrument and id; a pedal while it is down", () => {
  const held = new HeldNotes();
  const { noteOn, noteOff, pedal, set } = Opcode;
  held.record(
    wordsOf([entry(noteOn, 7, 1), entry(noteOn, 7), entry(pedal, 1, 2), entry(set, 7), entry(pedal, 1)]),
  );
  held.record(wordsOf([entry(noteOff, 7), entry(noteOff, 9), entry(pedal, 0)]));
  assert.deepEqual([held.notes, held.pedals], [[[1, 7]], [2]]);
  held.record(wordsOf([entry(Opcode.panic, 0)]));
  assert.deepEqual([held.notes, held.pedals], [[], [2]], "a panic leaves the pedals");
});

Deno.test("notes that are never released are forgotten, the oldest first", () => {
  const held = new HeldNotes();
  held.record(wordsOf(Array.from({ length: 1_030 }, (_, id) => entry(Opcode.noteOn, id))));
  assert.equal(held.notes.length, 1_024);
  assert.deepEqual(held.notes[0], [0, 6]);
});
