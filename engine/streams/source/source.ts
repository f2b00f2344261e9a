/**
 * What the engine plays of a sound file: frames at the engine's rate, by their position.
 *
 * A frame has the same bits however it is reached: reads may come in any order, cut in any way, from any process. So a source
 * has no state that can be heard, and one that was lost is opened again and goes on.
 */

export interface SourceOptions {
  /** The engine's rate; all positions are frames at this rate. */
  readonly sampleRateHz: number;
  /** Receives each sentence of {@link Source.warnings} when it is found, also while the source is read. */
  readonly onWarning?: (text: string) => void;
}

export interface Source {
  readonly path: string;
  /** E.g. `WAV` or `Ogg Opus`. */
  readonly kind: string;
  /** 1 to 64. */
  readonly channels: number;
  /** The file's own rate. */
  readonly fileRateHz: number;
  /** Length; undefined until its end was found, for files that do not state it. It does not change once it is a number. */
  readonly frames: number | undefined;
  /** What the file states and does not hold, what is damaged, what is missing: one sentence each. */
  readonly warnings: readonly string[];
  /**
   * Frames from `firstFrame` on, in a new array: planar, channel `c` at `c * frames`. Silence before frame 0, behind the end,
   * and where the file is damaged. Reads of one source run one after the other.
   *
   * @param firstFrame any integer
   * @param frames at most {@link maxReadFrames}
   * @throws {SourceError} where the file can no longer be read
   */
  read(firstFrame: number, frames: number): Promise<Float32Array<ArrayBuffer>>;
  /** Finds the end where it is not known yet, which reads the whole file, and returns the length. */
  measure(): Promise<number>;
  /** Gives the file back. A read that runs ends first. */
  close(): Promise<void>;
}

/** Longest read. */
export const maxReadFrames = 2 ** 16;

/** Most channels of a file. */
export const maxChannels = 64;
