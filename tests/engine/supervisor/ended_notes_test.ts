import assert from "node:assert/strict";
import { reportedEndedNotes } from "../../../engine/memory/constants.ts";
import { reportFieldIndex } from "../../../engine/memory/seats.ts";
import { EndedNotes } from "../../../engine/supervisor/ended_notes.ts";
import { testMemory } from "../../../testing/engine/test_memory.ts";

/** Reports notes as a renderer does: note number `n` has id `n`. */
function report(memory: ReturnType<typeof testMemory>, seat: number, count: number): void {
  const first = reportFieldIndex(memory, seat, "lastEndedNotes");
  for (let note = Math.max(0, count - reportedEndedNotes); note < count; note++) {
    const place = first + (note & (reportedEndedNotes - 1)) * 2;
    memory.words[place] = 1;
    memory.words[place + 1] = note;
  }
  memory.words[reportFieldIndex(memory, seat, "endedNotes")] = count;
}

Deno.test("when renderers begin again, so does the count", () => {
  const memory = testMemory();
  const notes = new EndedNotes(memory);
  report(memory, 0, 3);
  notes.poll(0);
  report(memory, 1, 1);
  assert.deepEqual(notes.poll(1), []);
  notes.restart();
  assert.deepEqual(notes.poll(1).map(({ id }) => id), [0]);
});

Deno.test("each note ends once, whichever renderer is read; one that is behind repeats nothing", () => {
  const memory = testMemory();
  const notes = new EndedNotes(memory);
  const read = (seat: number) => notes.poll(seat).map(({ id }) => id);
  report(memory, 0, 3);
  report(memory, 1, 2);
  report(memory, 2, 5);
  assert.deepEqual(read(0), [0, 1, 2]);
  assert.deepEqual(read(0), []);
  assert.deepEqual(read(1), [], "a renderer that is behind");
  assert.deepEqual(read(2), [3, 4]);
  report(memory, 2, 5 + reportedEndedNotes + 10);
  const last = read(2);
  assert.deepEqual([last.length, last[0], last.at(-1)], [reportedEndedNotes, 15, 78]);
});

Deno.test("an engine that goes on does not repeat the notes that ended before", () => {
  const memory = testMemory();
  const notes = new EndedNotes(memory, { skipEarlier: true });
  report(memory, 0, 3);
  assert.deepEqual(notes.poll(0), []);
  report(memory, 0, 4);
  assert.deepEqual(notes.poll(0).map(({ id }) => id), [3]);
});
