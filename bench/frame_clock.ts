/** Frames that a second has, and that one call hands over. */
export interface FramePace {
  readonly sampleRateHz: number;
  readonly callFrames: number;
}

/**
 * When a frame is played: what one call hands over plays from that call on. The clock driver calls at an even pace, and
 * a reader sees a call late, never early: so the earliest sight of any, taken back at that pace, is when it began.
 */
export class FrameClock {
  readonly #timer: ReturnType<typeof setInterval>;
  readonly #pace: FramePace;
  #beganMs = Infinity;

  /** @param frames handed over so far */
  constructor(frames: () => number, pace: FramePace) {
    this.#pace = pace;
    this.#timer = setInterval(() => {
      this.#beganMs = Math.min(this.#beganMs, performance.now() - frames() / pace.sampleRateHz * 1_000);
    }, 1);
  }

  playedMs(frame: number): number {
    const { sampleRateHz, callFrames } = this.#pace;
    return this.#beganMs + (frame + callFrames) / sampleRateHz * 1_000;
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}
