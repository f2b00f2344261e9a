import type { TimelineClocks } from "../../engine/time/timeline.ts";

/** A tick of the processor takes this long here, so that ticks and nanoseconds are the same number. */
const ticksPerNanosecond = 1n;

/** Both clocks of an engine's timeline, which stand still until a test moves them. */
export class ManualClock implements TimelineClocks {
  #nanoseconds = 1_000_000_000n;
  readonly #wallOffsetMs: number;
  #wallStepMs = 0;

  /** @param unixMs milliseconds since 1970 at the start */
  constructor(unixMs = Date.now()) {
    this.#wallOffsetMs = unixMs - this.monotonicMs;
  }

  get ticks(): bigint {
    return this.#nanoseconds * ticksPerNanosecond;
  }

  get monotonicMs(): number {
    return Number(this.#nanoseconds) / 1e6;
  }

  /** Milliseconds since 1970, with fraction. */
  get unixMs(): number {
    return this.#wallOffsetMs + this.#wallStepMs + this.monotonicMs;
  }

  /** Lets time pass on both clocks. */
  advance(seconds: number): void {
    this.#nanoseconds += BigInt(Math.round(seconds * 1e9));
  }

  /** Sets the wall clock forward, or back, as an operator does. */
  stepWall(ms: number): void {
    this.#wallStepMs += ms;
  }

  readonly readPair = (pair: BigUint64Array<ArrayBuffer>): void => {
    pair[0] = this.ticks;
    pair[1] = this.#nanoseconds;
  };

  readonly readWallMs = (): number => this.unixMs;
}
