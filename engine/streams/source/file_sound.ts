/** A sound file at its own rate, by position. */

export interface FileSound {
  readonly kind: string;
  readonly channels: number;
  readonly sampleRateHz: number;
  /** Frames at the file's rate; undefined until the end was found. */
  readonly frames: number | undefined;
  /**
   * Frames from `first` on, one array for each channel: `frames` of them, fewer only at the end. Calls do not overlap.
   *
   * @param first 0 or more
   * @throws {SoundFileError}
   */
  read(first: number, frames: number): Promise<readonly Float32Array[]>;
  /** Finds the end. Calls do not overlap with those of `read`. */
  measure(): Promise<number>;
}

/** Takes what a file states and does not hold: one clause each, without the file's name. */
export type Warn = (text: string) => void;
