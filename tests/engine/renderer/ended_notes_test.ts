/**
 * Ends of notes on their way from the renderers to the listeners.
 *
 * Needs no real time: the device moves when the test says so.
 */
import assert from "node:assert/strict";
import { compileChecksum } from "../../../engine/memory/checksum.ts";
import { reportedEndedNotes } from "../../../engine/memory/constants.ts";
import { reportFieldIndex, reportIndex } from "../../../engine/memory/seats.ts";
import { reportEndedNotes } from "../../../engine/renderer/ended_notes.ts";
import { preparePatch } from "../../../engine/renderer/patch_instance.ts";
import { EndedNotes } from "../../../engine/supervisor/ended_notes.ts";
import { readyInstance } from "../../../testing/patch/ready_instance.ts";
import { testMemory } from "../../../testing/engine/test_memory.ts";
import type { EngineEvent } from "../../../engine/control/control.ts";
import { compilePatch } from "../../../testing/patch/compile_named.ts";
import { startTestEngine } from "../../../testing/engine/test_engine.ts";

Deno.test("the report holds the last ended notes of the arena, also when more ended than it keeps, across the wrap", () => {
  const format = { sampleRateHz: 48_000, channels: 2, inputChannels: 0, maximumBlockFrames: 64 };
  const patch = preparePatch(0, compilePatch("sines", format), compileChecksum());
  const instance = readyInstance(patch, 64, 1);
  const memory = testMemory();
  const first = instance.description.arena.endedNotesOffset! / 4;
  const end = (from: number, count: number) => {
    for (let note = from; note < from + count; note++) {
      const place = first + 4 + (note & (reportedEndedNotes - 1)) * 2;
      instance.words[place] = 0;
      instance.words[place + 1] = note;
    }
    instance.words[first] = from + count;
  };
  const notes = new EndedNotes(memory);
  const start = 0x7FFFFFFF - 70;
  instance.words[first] = memory.words[reportFieldIndex(memory, 2, "endedNotes")] = start;
  notes.poll(2);
  for (const [from, count] of [[start, 3], [start + 3, 100]]) {
    end(from, count);
    reportEndedNotes(instance, memory.words, reportIndex(memory, 2));
    const expected = Array.from({ length: count }, (_, index) => (from + index) | 0).slice(
      -reportedEndedNotes,
    );
    assert.deepEqual(notes.poll(2).map(({ id }) => id), expected);
  }
});

Deno.test("every note's end is reported once, by whichever renderer plays the lead", async () => {
  const { engine, clock, ...running } = await startTestEngine({
    driver: "manual",
    patch: (format) => compilePatch("sines", format),
  });
  const ends: number[] = [];
  engine.observe((event: EngineEvent) => {
    if (event.event === "noteEnd") ends.push(event.id);
  });
  const notes = 40;
  for (let id = 0; id < notes; id++) {
    engine.submit([{ kind: "noteOn", instrument: 0, id, number: 40 + id, velocity: 0.5 }]);
    engine.submit([{ kind: "noteOff", instrument: 0, id }], { unixMs: clock.unixMs + 60 });
    if (id % 10 === 5) {
      await running.lockstep();
      engine.injectFault("kill", "primary");
    }
    await running.secondsPass(0.01);
  }
  await running.playUntil("the ends of all notes", () => ends.length >= notes);
  await running.secondsPass(0.1);
  await running.stop();
  assert.deepEqual([...ends].sort((a, b) => a - b), Array.from({ length: notes }, (_, id) => id));
});
