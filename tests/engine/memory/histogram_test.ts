import assert from "node:assert/strict";
import { histogramBuckets } from "../../../engine/memory/constants.ts";
import { Histogram, lowerEdge } from "../../../engine/memory/histogram.ts";
import { fixed } from "../../../engine/memory/layout.ts";
import { testMemory } from "../../../testing/engine/test_memory.ts";

Deno.test("buckets are contiguous and at most a quarter wide", () => {
  for (let bucket = 0; bucket < 120; bucket++) assert.ok(lowerEdge(bucket + 1) > lowerEdge(bucket));
  for (let bucket = 8; bucket < 120; bucket++) assert.ok(lowerEdge(bucket + 1) / lowerEdge(bucket) <= 1.25);
});

Deno.test("a quantile is the upper edge of its bucket", () => {
  const memory = testMemory();
  memory.wide[fixed.durations.buckets.index + 40] = 99n;
  memory.wide[fixed.durations.buckets.index + 44] = 1n;
  const histogram = Histogram.read(memory, "durations", 1_000);
  assert.equal(histogram.count, 100);
  assert.equal(histogram.quantileMs(0.5), lowerEdge(41) / 1_000);
  assert.equal(histogram.quantileMs(1), lowerEdge(45) / 1_000);
});

Deno.test("a value counts below a bound only when all of its bucket does; nothing is lost or counted twice", () => {
  const memory = testMemory();
  const first = fixed.intervals.buckets.index;
  for (let bucket = 0; bucket < histogramBuckets; bucket++) memory.wide[first + bucket] = BigInt(bucket + 1);
  const histogram = Histogram.read(memory, "intervals", 1_000);
  const boundsMs = [0.0005, 0.002, 0.0065, 1, 10, 1e9];
  const counts = histogram.countsByBound(boundsMs);
  assert.equal(counts.reduce((sum, count) => sum + count, 0), histogram.count);
  let total = 0;
  boundsMs.forEach((bound, index) => {
    total += counts[index];
    let certain = 0;
    for (let bucket = 0; bucket < histogramBuckets - 1; bucket++) {
      if (lowerEdge(bucket + 1) / 1_000 <= bound) certain += bucket + 1;
    }
    assert.equal(total, certain, `up to ${bound} ms`);
  });
  assert.equal(counts.at(-1), histogramBuckets, "the last bucket has no upper end");
});
