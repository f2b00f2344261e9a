/** Histograms in the form that a page gets. Telemetry thread. */
import type { Histogram } from "../dashboard/protocol.ts";
import { histogramBuckets } from "../engine/memory/constants.ts";
import { lowerEdge } from "../engine/memory/histogram.ts";
import { fixed } from "../engine/memory/layout.ts";
import type { SharedMemory } from "../engine/memory/shared_memory.ts";

/** One of the callback's histograms. */
export function readHistogram(
  memory: SharedMemory,
  name: "durations" | "intervals",
  ticksPerMs: number,
): Histogram {
  const first = fixed[name].buckets.index;
  const counts = Array.from({ length: histogramBuckets }, (_, bucket) => Number(memory.wide[first + bucket]));
  return trimmed(counts, (bucket) => lowerEdge(bucket) / ticksPerMs);
}

/** Shortest time that {@link RenderTimeHistogram} tells from none, in milliseconds, and its buckets an octave. */
const leastMs = 0.001;
const perOctave = 4;
const buckets = 80;

/** Counts by time, four buckets an octave. */
export class RenderTimeHistogram {
  readonly #counts = new Array<number>(buckets).fill(0);

  record(ms: number): void {
    const bucket = Math.floor(Math.log2(Math.max(ms, leastMs) / leastMs) * perOctave);
    this.#counts[Math.min(buckets - 1, bucket)]++;
  }

  read(): Histogram {
    return trimmed(this.#counts, (bucket) => leastMs * 2 ** (bucket / perOctave));
  }
}

/** Leaves out the empty buckets at both ends. */
function trimmed(counts: readonly number[], edgeMs: (bucket: number) => number): Histogram {
  const first = counts.findIndex((count) => count > 0);
  if (first < 0) return { edgesMs: [], counts: [] };
  const last = counts.findLastIndex((count) => count > 0);
  const kept = counts.slice(first, last + 1);
  return { edgesMs: kept.map((_, index) => Number(edgeMs(first + index).toPrecision(6))), counts: kept };
}
