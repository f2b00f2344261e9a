/** Limits how often one thing is reported: the first notice at once, each later one at least `intervalMs` after the last. */
export class Notice {
  readonly #intervalMs: number;
  #lastMs = -Infinity;

  constructor(intervalMs: number) {
    this.#intervalMs = intervalMs;
  }

  /**
   * Whether a notice may go out now; if so, the interval starts again.
   *
   * @param nowMs a monotonic clock's moment
   */
  acquire(nowMs: number): boolean {
    if (nowMs - this.#lastMs < this.#intervalMs) return false;
    this.#lastMs = nowMs;
    return true;
  }
}
