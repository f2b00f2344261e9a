import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { quantileMs, recentHistogram } from "../../../../dashboard/page/figures/recent_histogram.ts";

const before = { edgesMs: [1, 2], counts: [10, 5] };

Deno.test("what is shown is what has been counted since the message before", () => {
  deepStrictEqual(recentHistogram({ edgesMs: [0.5, 1, 2], counts: [1, 12, 5] }, before), {
    edgesMs: [0.5, 1, 2],
    counts: [1, 2, 0],
  });
  strictEqual(recentHistogram(before, undefined), before);
});

Deno.test("counting that began again is shown whole", () => {
  const now = { edgesMs: [1, 2], counts: [3, 0] };
  strictEqual(recentHistogram(now, before), now);
});

Deno.test("a quantile is the bucket below which a part of all lies", () => {
  strictEqual(quantileMs({ edgesMs: [1, 2, 4], counts: [90, 9, 1] }, 0.5), 1);
  strictEqual(quantileMs({ edgesMs: [1, 2, 4], counts: [90, 9, 1] }, 0.99), 2);
  strictEqual(quantileMs({ edgesMs: [1, 2, 4], counts: [90, 9, 1] }, 1), 4);
  strictEqual(quantileMs({ edgesMs: [], counts: [] }, 0.5), undefined);
});
