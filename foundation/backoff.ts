/** The delay before each further attempt: it doubles with every failure, up to a maximum. */
export class Backoff {
  readonly #firstMs: number;
  readonly #maxMs: number;
  #delayMs: number;

  constructor({ firstMs, maxMs }: { readonly firstMs: number; readonly maxMs: number }) {
    this.#firstMs = this.#delayMs = firstMs;
    this.#maxMs = maxMs;
  }

  /** Milliseconds to wait before the next attempt. */
  get delayMs(): number {
    return this.#delayMs;
  }

  /** Records a failed attempt. Returns the new delay in milliseconds. */
  increase(): number {
    return this.#delayMs = Math.min(this.#maxMs, this.#delayMs * 2);
  }

  /** Records an attempt that succeeded: the next delay is the first one again. */
  reset(): void {
    this.#delayMs = this.#firstMs;
  }
}
