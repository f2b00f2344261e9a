import assert from "node:assert/strict";
import { fixed } from "../../../engine/memory/layout.ts";
import { Measures } from "../../../engine/report/measures.ts";
import { testMemory } from "../../../testing/engine/test_memory.ts";

Deno.test("counters and distributions are what the callback has noted, and no later estimate of the clock moves them", () => {
  const memory = testMemory();
  let [nowMs, ticksPerMs] = [0, 0];
  const measures = new Measures({ memory, ticksPerMs: () => ticksPerMs, nowMs: () => nowMs });
  assert.equal(measures.read().callbackDuration, undefined, "the clock is not known yet");
  [nowMs, ticksPerMs] = [1_000, 3_000_123];
  memory.wide[fixed.counters.callbacks.index] = 7n;
  memory.wide[fixed.counters.durationTicks.index] = 30_000_000n;
  memory.wide[fixed.durations.buckets.index + 50] = 3n; // 12,288 to 14,336 ticks: 4.1 to 4.8 µs
  memory.wide[fixed.durations.buckets.index + 127] = 1n;
  const first = measures.read();
  assert.equal(first.counters.callbacks, 7);
  const { boundsSeconds, counts, sumSeconds } = first.callbackDuration!;
  assert.equal(sumSeconds, 0.01);
  assert.equal(counts[boundsSeconds.indexOf(5e-6)], 3);
  assert.equal(counts.at(-1), 1, "beyond all bounds");
  assert.equal(counts.reduce((sum, count) => sum + count, 0), 4);
  assert.ok(boundsSeconds.every((bound, index) => index === 0 || bound > boundsSeconds[index - 1]));
  ticksPerMs = 2_000_000;
  assert.deepEqual(measures.read(), first);
});
