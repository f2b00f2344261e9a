import type { Meter } from "../control/control.ts";

/** Keeps, for one reader, the largest magnitude of each channel since the last {@link PeakMeter.drain}. Main isolate. */
export class PeakMeter implements Meter {
  readonly #onClose: () => void;
  #peaks: number[];

  constructor(channels: number, onClose: () => void) {
    this.#peaks = new Array(channels).fill(0);
    this.#onClose = onClose;
  }

  /** Adds a block, whose peaks begin at `first` of `floats`, one for each channel. */
  record(floats: Float32Array, first: number): void {
    for (let channel = 0; channel < this.#peaks.length; channel++) {
      this.#peaks[channel] = Math.max(this.#peaks[channel], floats[first + channel]);
    }
  }

  drain(): readonly number[] {
    const peaks = this.#peaks;
    this.#peaks = new Array(peaks.length).fill(0);
    return peaks;
  }

  close(): void {
    this.#onClose();
  }
}
