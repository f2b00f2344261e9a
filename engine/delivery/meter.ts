import type { Meter } from "../control/control.ts";

/** Keeps, for one reader, the largest magnitude of each channel since it last looked. Main isolate. */
export class PeakMeter implements Meter {
  readonly #onClose: () => void;
  #peaks: number[];

  constructor(channels: number, onClose: () => void) {
    this.#peaks = new Array(channels).fill(0);
    this.#onClose = onClose;
  }

  /** Takes a block in: its peaks begin at `first` of `floats`, one for each channel. */
  note(floats: Float32Array, first: number): void {
    for (let channel = 0; channel < this.#peaks.length; channel++) {
      this.#peaks[channel] = Math.max(this.#peaks[channel], floats[first + channel]);
    }
  }

  take(): readonly number[] {
    const peaks = this.#peaks;
    this.#peaks = new Array(peaks.length).fill(0);
    return peaks;
  }

  close(): void {
    this.#onClose();
  }
}
