import type { TimelineClocks } from "../../engine/time/timeline.ts";

/** Both clocks of an engine's timeline, which stand still until a test moves them. */
export class ManualClock implements TimelineClocks {
  #nanoseconds = 1_000_000_000n;
  readonly #wallOffsetMs: number;
  /** By how much the wall clock was set forward since the start, as an operator does; below 0: back. */
  wallStepMs = 0;

  /** @param unixMs milliseconds since 1970 at the start */
  constructor(unixMs = Date.now()) {
    this.#wallOffsetMs = unixMs - this.monotonicMs;
  }

  /** Processor ticks, here of a nanosecond each. */
  get ticks(): bigint {
    return this.#nanoseconds;
  }

  get monotonicMs(): number {
    return Number(this.#nanoseconds) / 1e6;
  }

  /** Milliseconds since 1970, with fraction. */
  get unixMs(): number {
    return this.#wallOffsetMs + this.wallStepMs + this.monotonicMs;
  }

  /** Lets time pass on both clocks. */
  advance(seconds: number): void {
    this.#nanoseconds += BigInt(Math.round(seconds * 1e9));
  }

  readonly readPair = (pair: BigUint64Array<ArrayBuffer>): void => {
    pair[0] = this.ticks;
    pair[1] = this.#nanoseconds;
  };

  readonly readWallMs = (): number => this.unixMs;
}
