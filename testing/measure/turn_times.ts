/** How punctual a timer of this isolate is. */
export class TurnTimes {
  readonly #timer: ReturnType<typeof setInterval>;
  readonly #gapsMs: number[] = [];
  #lastMs = performance.now();

  constructor() {
    this.#timer = setInterval(() => {
      const nowMs = performance.now();
      this.#gapsMs.push(nowMs - this.#lastMs);
      this.#lastMs = nowMs;
    }, 2);
  }

  /** Median, 99.9 % and worst in milliseconds. */
  finish(): [number, number, number] {
    clearInterval(this.#timer);
    const sorted = this.#gapsMs.toSorted((a, b) => a - b);
    const at = (part: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0;
    return [at(0.5), at(0.999), at(1)];
  }
}
