import assert from "node:assert/strict";
import { fixed } from "../../../engine/memory/layout.ts";
import { progressOf, recordedSoFar, recordProgress } from "../../../engine/recorder/progress.ts";
import { testMemory } from "../../../testing/engine/test_memory.ts";

Deno.test("frames and bytes belong together, also for a reader that finds a writer ended before its last store", () => {
  const memory = testMemory();
  recordProgress(memory, { written: { frames: 10, bytes: 80 }, waitingBytes: 3, lostFrames: 2 });
  recordProgress(memory, { written: { frames: 20, bytes: 160 }, waitingBytes: 5, lostFrames: 2 });
  assert.deepEqual(progressOf(memory), {
    written: { frames: 20, bytes: 160 },
    waitingBytes: 5,
    lostFrames: 2,
  });
  const before = Atomics.load(memory.words, fixed.recorder.newest.index);
  recordProgress(memory, { written: { frames: 30, bytes: 240 }, waitingBytes: 0, lostFrames: 2 });
  memory.words[fixed.recorder.newest.index] = before;
  assert.deepEqual(recordedSoFar(memory), { frames: 20, bytes: 160 });
});
