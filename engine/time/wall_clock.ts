/**
 * How far the wall clock is from the monotonic one, taken slowly. Time tags are wall-clock moments, but the wall clock may
 * be stepped by an operator or an NTP daemon while bundles are on their way. A step is therefore believed only after it has
 * stayed for {@link holdMs}: bundles that were stamped before it still keep their distance, and a clock that jumps there and
 * back changes nothing. Main isolate.
 */

/** A difference below this is the reading's own jitter, or an NTP daemon that slews. */
const stepMs = 5;

/** How long a step must stay before it is believed. */
const holdMs = 2_000;

/** `Date.now()` rounds down to milliseconds, so the largest difference in a window of this length is the true one, to some µs. */
const windowMs = 1_000;

export class WallClock {
  readonly #readMs: () => number;
  #offsetMs: number | undefined;
  #steppedToMs = 0;
  #steppedAtMs: number | undefined;
  #windowStartMs = 0;
  #windowMostMs = -Infinity;
  #windows = 0;

  /** @param readMs milliseconds since 1970; `Date.now` unless a test steps time itself */
  constructor(readMs: () => number = Date.now) {
    this.#readMs = readMs;
  }

  /** Wall clock minus monotonic clock in milliseconds; 0 before the first poll. */
  get offsetMs(): number {
    return this.#offsetMs ?? 0;
  }

  /** Reads the wall clock; to be called every few milliseconds with the moment of the monotonic clock. */
  poll(monotonicMs: number): void {
    const differenceMs = this.#readMs() - monotonicMs;
    if (this.#offsetMs === undefined) {
      this.#begin(differenceMs, monotonicMs);
    } else if (Math.abs(differenceMs - this.#offsetMs) > stepMs) {
      this.#doubt(differenceMs, monotonicMs);
    } else {
      this.#steppedAtMs = undefined;
      this.#refine(differenceMs, monotonicMs);
    }
  }

  #begin(differenceMs: number, monotonicMs: number): void {
    this.#offsetMs = this.#windowMostMs = differenceMs;
    this.#windowStartMs = monotonicMs;
    this.#windows = 0;
    this.#steppedAtMs = undefined;
  }

  #doubt(differenceMs: number, monotonicMs: number): void {
    if (this.#steppedAtMs === undefined || Math.abs(differenceMs - this.#steppedToMs) > stepMs) {
      this.#steppedToMs = differenceMs;
      this.#steppedAtMs = monotonicMs;
    } else if (monotonicMs - this.#steppedAtMs >= holdMs) {
      this.#begin(differenceMs, monotonicMs);
    }
  }

  #refine(differenceMs: number, monotonicMs: number): void {
    this.#windowMostMs = Math.max(this.#windowMostMs, differenceMs);
    if (this.#windows === 0) this.#offsetMs = this.#windowMostMs;
    if (monotonicMs - this.#windowStartMs < windowMs) return;
    this.#offsetMs = this.#windowMostMs;
    this.#windowMostMs = -Infinity;
    this.#windowStartMs = monotonicMs;
    this.#windows++;
  }
}
