/** Histograms count since the engine began; what the page shows is what has come since an earlier message, and marks of the whole. */
import type { Histogram } from "../../protocol.ts";

/** `now` without what `before` had counted already; all of it where there is no `before`, or counting began again. */
export function recentHistogram(now: Histogram, before: Histogram | undefined): Histogram {
  if (!before) return now;
  const earlier = new Map(before.edgesMs.map((edge, index) => [edge, before.counts[index]]));
  const counts = now.edgesMs.map((edge, index) => now.counts[index] - (earlier.get(edge) ?? 0));
  return counts.some((count) => count < 0) ? now : { edgesMs: now.edgesMs, counts };
}

/** The lower edge of the bucket below which a part of all counts lies; undefined: nothing was counted. */
export function quantileMs({ edgesMs, counts }: Histogram, part: number): number | undefined {
  const all = counts.reduce((sum, count) => sum + count, 0);
  let seen = 0;
  for (let index = 0; index < counts.length; index++) {
    seen += counts[index];
    if (all > 0 && seen >= part * all) return edgesMs[index];
  }
  return undefined;
}
