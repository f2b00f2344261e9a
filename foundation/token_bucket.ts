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
    this.#fill(nowMs);
    if (cost > this.#tokens) return false;
    this.#tokens -= cost;
    return true;
  }

  /** Takes tokens out that were used already: the bucket may owe some afterwards, as many as it can hold at most. */
  charge(cost: number, nowMs: number): void {
    this.#fill(nowMs);
    this.#tokens = Math.max(-this.#size, this.#tokens - cost);
  }

  /** Tokens that are in the bucket now; below 0: it owes some. */
  level(nowMs: number): number {
    this.#fill(nowMs);
    return this.#tokens;
  }

  /** Adds tokens, as far as there is room. */
  add(tokens: number): void {
    this.#tokens = Math.min(this.#size, this.#tokens + tokens);
  }

  #fill(nowMs: number): void {
    this.#tokens = Math.min(this.#size, this.#tokens + Math.max(0, nowMs - this.#lastMs) * this.#perMs);
    this.#lastMs = nowMs;
  }
}
