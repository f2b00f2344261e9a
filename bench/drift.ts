/**
 * Whether the clock driver drifts: frames handed over against the monotonic clock, by the earliest call of the first and
 * of the last second, which leaves the jitter of single calls out. `deno task bench:drift [MINUTES]`
 */
import { developmentCommand } from "../testing/development_command.ts";
import { fixed } from "../engine/memory/layout.ts";
import { blocksBetween } from "../engine/memory/shared_memory.ts";
import { Timeline } from "../engine/time/timeline.ts";
import { nativeForTests } from "../testing/native_for_tests.ts";
import { startTestEngine } from "../testing/engine/test_engine.ts";
import { report } from "./report.ts";

const minutes = developmentCommand(import.meta.url, { maxWords: 1 }).numberAt(0, 10);
const { native } = await nativeForTests();
const { engine } = await startTestEngine();
const { memory } = engine;
const { blockFrames, sampleRateHz } = memory.geometry;
const clock = new Timeline(memory, native);

/** Smallest distance in frames between the clock and what was handed over, within a second: the least delayed call. */
async function earliest(startMs: number): Promise<number> {
  let least = Infinity;
  for (const endMs = clock.nowMs() + 1_000; clock.nowMs() < endMs;) {
    const before = memory.consumed();
    while (memory.consumed() === before) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 0.05);
    const frames = blocksBetween(memory.consumed(), 0) * blockFrames;
    least = Math.min(least, (clock.nowMs() - startMs) * sampleRateHz / 1_000 - frames);
    await new Promise((done) => setTimeout(done, 0));
  }
  return least;
}

const startMs = clock.nowMs();
const first = await earliest(startMs);
await new Promise((done) => setTimeout(done, minutes * 60_000));
const last = await earliest(startMs);
const lost = memory.words[fixed.clock.lostCycles.index];
await report("drift", [{
  minutes,
  "frames handed over": memory.counter("frames"),
  "lost cycles": lost,
  "drift in frames": (last - first - lost * blockFrames).toFixed(1),
  "concealed frames": memory.counter("concealedFrames"),
}]);
await engine.stop();
Deno.exit(0);
