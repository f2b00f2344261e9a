/** What a file holds; root note and loop only where it says them. */
export interface SoundFile {
  readonly channels: readonly Float32Array[];
  readonly sampleRateHz: number;
  readonly rootNote?: number;
  readonly loopStart?: number;
  readonly loopEnd?: number;
}
