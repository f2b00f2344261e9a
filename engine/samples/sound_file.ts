/** The sound of a file; root note and loop only where the file names them. */
export interface SoundFile {
  readonly channels: readonly Float32Array[];
  readonly sampleRateHz: number;
  readonly rootNote?: number;
  readonly loopStart?: number;
  readonly loopEnd?: number;
}
