import assert from "node:assert/strict";
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
