/** Uncompressed sound: a frame's place in the file follows from its number. */
import { maxAmplitude, readStoredNumbers, type StoredNumber } from "../../sound_files/stored_numbers.ts";
import type { ByteSource } from "./byte_source.ts";
import type { FileSound, Warn } from "./file_sound.ts";

export interface PcmPlace {
  readonly kind: string;
  readonly channels: number;
  readonly sampleRateHz: number;
  readonly stored: StoredNumber;
  /** Offset of frame 0. */
  readonly start: number;
  /** Whole frames that the file holds. */
  readonly frames: number;
}

export function pcmSound(bytes: ByteSource, place: PcmPlace, warn: Warn): FileSound {
  const { kind, channels, sampleRateHz, stored, start, frames } = place;
  const frameBytes = stored.bytes * channels;
  return {
    ...{ kind, channels, sampleRateHz, frames },
    async read(first, asked) {
      const count = Math.max(0, Math.min(asked, frames - first));
      const sound = await bytes.read(start + first * frameBytes, count * frameBytes);
      const sides = readStoredNumbers(sound, stored, channels);
      if (stored.kind === "float") sides.forEach((side) => silenceWhatIsNone(side, first));
      return sides;
    },
    measure: () => Promise.resolve(frames),
  };

  /** Numbers that are not finite, or far beyond full scale, would hurt and stay in every filter behind. */
  function silenceWhatIsNone(side: Float32Array, first: number): void {
    for (let at = 0; at < side.length; at++) {
      if (Math.abs(side[at]) <= maxAmplitude) continue;
      warn(`frame ${first + at} and perhaps others hold numbers that are no sound; they are silent`);
      side[at] = 0;
    }
  }
}
