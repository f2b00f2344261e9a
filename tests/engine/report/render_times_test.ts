import assert from "node:assert/strict";
import { RenderTimes } from "../../../engine/report/render_times.ts";

Deno.test("blocks are counted by the mean processor time since the last look, also across the wrap", () => {
  const times = new RenderTimes([0.001, 0.002]);
  times.record([{ threadId: 1, processorMs: 10, published: -3 }]);
  assert.deepEqual([times.counts, times.sumSeconds], [[0, 0, 0], 0]);
  times.record([
    { threadId: 1, processorMs: 20, published: 7 }, // 1 ms each: still within the bound
    { threadId: 2, processorMs: 5, published: 7 },
  ]);
  times.record([
    { threadId: 1, processorMs: 26, published: 11 }, // 1.5 ms
    { threadId: 2, processorMs: 25, published: 9 }, // 10 ms
  ]);
  assert.deepEqual(times.counts, [10, 4, 2]);
  assert.equal(times.sumSeconds.toFixed(6), "0.036000");
});

Deno.test("a renderer that has published nothing, is new, or whose account is not kept counts nothing", () => {
  const times = new RenderTimes([1]);
  for (const processorMs of [10, 20]) times.record([{ threadId: 1, processorMs, published: 5 }]);
  times.record([{ threadId: 1, processorMs: undefined, published: 9 }]);
  times.record([{ threadId: 1, processorMs: 40, published: 12 }]);
  times.record([{ threadId: 1, processorMs: 3, published: 20 }]); // another thread of the same number
  assert.deepEqual([times.counts, times.sumSeconds], [[0, 0], 0]);
});
