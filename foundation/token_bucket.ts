/** A bucket of tokens: it fills at a steady rate up to its size, and refuses a cost above its content. */
export class TokenBucket {
  readonly #perMs: number;
  readonly #size: number;
  #tokens: number;
  #lastMs: number;

  /**
   * @param perSecond tokens added in a second
   * @param size largest number of tokens; the bucket starts full
   * @param nowMs time of a monotonic clock
   */
  constructor(perSecond: number, size: number, nowMs: number) {
    this.#perMs = perSecond / 1_000;
    this.#size = this.#tokens = size;
    this.#lastMs = nowMs;
  }

  /** Takes tokens out, all or none. Returns whether there were enough. */
  spend(cost: number, nowMs: number): boolean {
    this.#tokens = Math.min(this.#size, this.#tokens + Math.max(0, nowMs - this.#lastMs) * this.#perMs);
    this.#lastMs = nowMs;
    if (cost > this.#tokens) return false;
    this.#tokens -= cost;
    return true;
  }
}
