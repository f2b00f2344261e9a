import { SoundFileError } from "../../sound_files/sound_file_error.ts";
import { maxChannels } from "./source.ts";

const ratesHz = { min: 1_000, max: 384_000 };

/** Refuses channels and rates that cannot be played, before anything is allocated for them. Throws SoundFileError. */
export function checkFileFormat(
  { channels, sampleRateHz }: { readonly channels: number; readonly sampleRateHz: number },
): void {
  if (!(channels >= 1 && channels <= maxChannels)) {
    throw new SoundFileError(
      `expected 1 to ${maxChannels} channels, found ${channels}`,
      "export it with fewer",
    );
  }
  if (!(sampleRateHz >= ratesHz.min && sampleRateHz <= ratesHz.max)) {
    throw new SoundFileError(
      `expected a rate from ${ratesHz.min} to ${ratesHz.max} Hz, found ${sampleRateHz}`,
    );
  }
}
