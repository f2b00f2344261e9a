import assert from "node:assert/strict";
import { fixed } from "../../engine/memory/layout.ts";
import { testMemory } from "../../testing/engine/test_memory.ts";
import { readHistogram, RenderTimeHistogram } from "../../telemetry/histogram_reading.ts";

Deno.test("the callback's buckets come in milliseconds, without the empty ends", () => {
  const memory = testMemory();
  const first = fixed.intervals.buckets.index;
  assert.deepEqual(readHistogram(memory, "intervals", 1_000), { edgesMs: [], counts: [] });
  // buckets of 4,096, 5,120, 6,144 ticks
  memory.wide[first + 44] = 3n;
  memory.wide[first + 46] = 1n;
  assert.deepEqual(readHistogram(memory, "intervals", 1_000), {
    edgesMs: [4.096, 5.12, 6.144],
    counts: [3, 0, 1],
  });
});

Deno.test("render times keep four buckets an octave, and none is lost at the ends", () => {
  const times = new RenderTimeHistogram();
  for (const ms of [0, 0.001, 1.1, 1.2, 2.3, 1e9]) times.record(ms);
  const { edgesMs, counts } = times.read();
  assert.equal(counts.reduce((sum, count) => sum + count, 0), 6);
  assert.equal(counts[0], 2);
  const bucketOf = (ms: number) => edgesMs.findLastIndex((edge) => edge <= ms);
  assert.deepEqual([counts[bucketOf(1.1)], counts[bucketOf(2.3)], counts.at(-1)], [2, 1, 1]);
});
