/**
 * What a monitor reads besides the status: counters of the callback, and how its calls and the renderers' blocks are distributed over
 * time. Main isolate.
 */
import type { Distribution, EngineMeasures } from "../control/control.ts";
import { Histogram } from "../memory/histogram.ts";
import { sections } from "../memory/layout.ts";
import type { SharedMemory } from "../memory/shared_memory.ts";
import { RenderTimes } from "./render_times.ts";

const counterNames = Object.keys(sections.counters.fields) as (keyof typeof sections.counters.fields)[];

/** Bounds in seconds, six a decade: histograms of several machines can be added up. */
const shortBounds = bounds(-6, -1);
const longBounds = bounds(-4, 0);

/** The rate of the processor's ticks is taken as known, once and for all, after it was measured for this long. */
const settleMs = 1_000;

export interface MeasuresOptions {
  readonly memory: SharedMemory;
  /** As measured so far; 0: not at all. */
  readonly ticksPerMs: () => number;
  readonly nowMs: () => number;
}

export class Measures {
  readonly renderTimes = new RenderTimes(shortBounds);
  readonly #options: MeasuresOptions;
  readonly #sinceMs: number;
  /** Kept, so that no count moves from one bucket to another: sums and buckets never fall. */
  #ticksPerMs = 0;

  constructor(options: MeasuresOptions) {
    this.#options = options;
    this.#sinceMs = options.nowMs();
  }

  /** The measures of this moment. */
  read(): EngineMeasures {
    const { memory } = this.#options;
    const seconds = (name: "longestTicks" | "longestIntervalTicks") =>
      memory.counter(name) / this.#scale() / 1_000;
    return {
      counters: Object.fromEntries(counterNames.map((name) => [name, memory.counter(name)])),
      ...(this.#scale() > 0 && {
        callbackDuration: this.#distribution("durations", "durationTicks", shortBounds),
        callbackInterval: this.#distribution("intervals", "intervalTicks", longBounds),
        longestCallbackSeconds: seconds("longestTicks"),
        longestIntervalSeconds: seconds("longestIntervalTicks"),
      }),
      renderTime: {
        boundsSeconds: shortBounds,
        counts: this.renderTimes.counts,
        sumSeconds: this.renderTimes.sumSeconds,
      },
    };
  }

  #distribution(
    name: "durations" | "intervals",
    sum: "durationTicks" | "intervalTicks",
    boundsSeconds: readonly number[],
  ): Distribution {
    const { memory } = this.#options;
    const scale = this.#scale();
    const histogram = Histogram.read(memory, name, scale);
    return {
      boundsSeconds,
      counts: histogram.countsByBound(boundsSeconds.map((bound) => bound * 1_000)),
      sumSeconds: memory.counter(sum) / scale / 1_000,
    };
  }

  /** Ticks in a millisecond; 0: not known yet. To four digits: the next control process comes to the same. */
  #scale(): number {
    const { ticksPerMs, nowMs } = this.#options;
    if (this.#ticksPerMs === 0 && nowMs() - this.#sinceMs >= settleMs) {
      this.#ticksPerMs = Number(ticksPerMs().toPrecision(4));
    }
    return this.#ticksPerMs;
  }
}

/** From one power of ten to another. */
function bounds(first: number, last: number): readonly number[] {
  const decades = Array.from({ length: last - first }, (_, index) => first + index);
  const steps = decades.flatMap((decade) => [1, 1.5, 2, 3, 5, 7].map((step) => Number(`${step}e${decade}`)));
  return [...steps, 10 ** last];
}
