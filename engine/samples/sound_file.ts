/** The sound of a file; root note and loop only where the file names them. */
export interface SoundFile {
  readonly channels: readonly Float32Array[];
  readonly sampleRateHz: number;
  /** MIDI note with fraction, as the file states it: it may be no note at all. */
  readonly rootNote?: number;
  readonly loop?: StatedLoop;
  /** What was not taken as the file states it: one clause each, without the file's name. */
  readonly notes?: readonly string[];
}

/** A loop as a file states it, which may be impossible. */
export interface StatedLoop {
  readonly start: number;
  /** The last frame of the loop, which is played. */
  readonly last: number;
  /** Direction; omitted: forward. */
  readonly kind?: "forward" | "alternating" | "backward";
  /** How often it is played before the rest of the file; 0 or omitted: as long as a voice sounds. */
  readonly playCount?: number;
}
