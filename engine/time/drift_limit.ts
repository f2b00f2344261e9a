/** A distance like this is no drift: the line is laid again at once. */
const resetMs = 50;

/** How far a line may be off: for longer than `patienceMs`, and after a pause. */
const slackMs = 5;
const idleSlackMs = 1;

/** A late callback or two, on a busy machine, are no reason to move the line while it is in use. */
const patienceMs = 2_000;

/** After this long without use the line can be laid again unnoticed. */
const idleMs = 1_000;

/**
 * When a straight line between two clocks, which keeps distances exactly, has to be laid again because the clocks have
 * drifted apart: in a pause, when it was too far off for too long, or at once after an interruption. Main isolate.
 */
export class DriftLimit {
  #usedMs = -Infinity;
  #offSinceMs: number | undefined;

  /** Whether the line stays although it is `offMs` off; to be asked at every use. */
  mayStay(offMs: number, nowMs: number): boolean {
    const idle = nowMs - this.#usedMs > idleMs;
    this.#usedMs = nowMs;
    if (offMs <= (idle ? idleSlackMs : slackMs)) {
      this.#offSinceMs = undefined;
      return true;
    }
    const sinceMs = this.#offSinceMs ??= nowMs;
    if (!idle && offMs <= resetMs && nowMs - sinceMs < patienceMs) return true;
    this.#offSinceMs = undefined;
    return false;
  }
}
