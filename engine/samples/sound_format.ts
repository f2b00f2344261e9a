import { SoundFileError } from "../sound_files/sound_file_error.ts";

/** Longest file: 23 minutes at 48 kHz. */
export const maxFrames = 2 ** 26;

const ratesHz = { min: 1_000, max: 384_000 };

/** What a header states. */
export interface SoundFormat {
  readonly channels: number;
  readonly sampleRateHz: number;
  /** Omitted where the header does not know. */
  readonly frames?: number;
}

/** Refuses what cannot be played, before anything is allocated for it. Throws SoundFileError. */
export function checkSoundFormat({ channels, sampleRateHz, frames }: SoundFormat): void {
  if (channels !== 1 && channels !== 2) {
    throw new SoundFileError(`expected 1 or 2 channels, found ${channels}`, "mix it down");
  }
  if (!(sampleRateHz >= ratesHz.min && sampleRateHz <= ratesHz.max)) {
    throw new SoundFileError(
      `expected a rate from ${ratesHz.min} to ${ratesHz.max} Hz, found ${sampleRateHz}`,
    );
  }
  if (frames !== undefined) checkFrames(frames);
}

/** Refuses more frames than a file may have. Throws SoundFileError. */
export function checkFrames(frames: number): void {
  if (frames <= maxFrames) return;
  throw new SoundFileError(
    `expected at most ${maxFrames} frames, found ${frames}`,
    "cut it, or export it at a lower rate",
  );
}
