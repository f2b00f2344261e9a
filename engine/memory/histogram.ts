import { histogramBuckets, histogramSubBuckets } from "./constants.ts";
import { fixed } from "./layout.ts";
import type { SharedMemory } from "./shared_memory.ts";

/**
 * A histogram as the callback keeps it: each octave of processor ticks is cut into four equal parts. Bucket 4(e−1)+q counts
 * values from (1 + q/4)·2^e on, so the widest is a quarter of its lower edge; values below 4 have a bucket each. Main
 * isolate.
 */
export class Histogram {
  readonly #counts: readonly number[];
  readonly #ticksPerMs: number;

  private constructor(counts: readonly number[], ticksPerMs: number) {
    this.#counts = counts;
    this.#ticksPerMs = ticksPerMs;
  }

  static read(memory: SharedMemory, name: "durations" | "intervals", ticksPerMs: number): Histogram {
    const first = fixed[name].buckets.index;
    return new Histogram(
      Array.from(memory.wide.subarray(first, first + histogramBuckets), Number),
      ticksPerMs,
    );
  }

  get count(): number {
    return this.#counts.reduce((sum, count) => sum + count, 0);
  }

  /**
   * Counts of the values between bounds in milliseconds: one for each bound, and one for those beyond. A value counts below a bound
   * only when all of its bucket does, so no quantile is better than the truth.
   */
  countsByBound(boundsMs: readonly number[]): readonly number[] {
    const counts: number[] = new Array(boundsMs.length + 1).fill(0);
    let at = 0;
    for (const [bucket, count] of this.#counts.entries()) {
      const isLast = bucket === this.#counts.length - 1; // it has no upper end
      const upperMs = isLast ? Infinity : lowerEdge(bucket + 1) / this.#ticksPerMs;
      while (at < boundsMs.length && upperMs > boundsMs[at]) at++;
      counts[at] += count;
    }
    return counts;
  }

  /** Upper end of the bucket below which this part (0..1) of all values lies, in milliseconds. */
  quantileMs(part: number): number {
    const wanted = this.count * part;
    let below = 0;
    for (let bucket = 0; bucket < this.#counts.length; bucket++) {
      below += this.#counts[bucket];
      if (below >= wanted && below > 0) return lowerEdge(bucket + 1) / this.#ticksPerMs;
    }
    return 0;
  }
}

/** Smallest number of ticks that bucket `bucket` counts. */
export function lowerEdge(bucket: number): number {
  const parts = histogramSubBuckets;
  return bucket < parts ? bucket : (parts + bucket % parts) * 2 ** (Math.floor(bucket / parts) - 1);
}
