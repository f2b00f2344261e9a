/** Uncompressed sound as WAV and AIFF store it, turned into floats with full scale at 1. */
import { SoundFileError } from "./sound_file_error.ts";

/** How one number is stored. Fewer bits than its bytes hold are the upper ones, so only bytes count. */
export interface StoredNumber {
  readonly kind: "signed" | "unsigned" | "float" | "a-law" | "mu-law";
  readonly bytes: number;
  readonly littleEndian: boolean;
}

/** 60 dB beyond full scale: a file with larger numbers holds something else than sound, and would hurt. */
export const maxAmplitude = 1_000;

type Read = (view: DataView, at: number, littleEndian: boolean) => number;

/** ITU-T G.711, with the sign in the upper bit. */
function aLaw(code: number): number {
  const bits = code ^ 0x55;
  const exponent = bits >> 4 & 7;
  const mantissa = bits & 15;
  const size = exponent === 0 ? mantissa * 2 + 1 : mantissa * 2 + 33 << exponent - 1;
  return (bits & 0x80 ? size : -size) / 2 ** 12;
}

function muLaw(code: number): number {
  const bits = ~code;
  const size = ((bits & 15) * 2 + 33 << (bits >> 4 & 7)) - 33;
  return (bits & 0x80 ? 0 - size : size) / 2 ** 13;
}

const reads: Readonly<Record<string, Read>> = {
  "unsigned 1": (view, at) => (view.getUint8(at) - 2 ** 7) / 2 ** 7,
  "signed 1": (view, at) => view.getInt8(at) / 2 ** 7,
  "signed 2": (view, at, little) => view.getInt16(at, little) / 2 ** 15,
  "signed 3": (view, at, little) => {
    const [low, high] = little ? [at, at + 2] : [at + 2, at];
    return (view.getInt8(high) * 2 ** 16 + view.getUint8(at + 1) * 2 ** 8 + view.getUint8(low)) / 2 ** 23;
  },
  "signed 4": (view, at, little) => view.getInt32(at, little) / 2 ** 31,
  "float 4": (view, at, little) => view.getFloat32(at, little),
  "float 8": (view, at, little) => view.getFloat64(at, little),
  "a-law 1": (view, at) => aLaw(view.getUint8(at)),
  "mu-law 1": (view, at) => muLaw(view.getUint8(at)),
};

/** Whether numbers of this kind can be read. */
export function isStoredNumber({ kind, bytes }: StoredNumber): boolean {
  return `${kind} ${bytes}` in reads;
}

/** Reads whole frames; what is left at the end is less than one. Floats may be anything: see {@link checkAmplitudes}. */
export function readStoredNumbers(
  sound: Uint8Array,
  stored: StoredNumber,
  channels: number,
): Float32Array[] {
  const read = reads[`${stored.kind} ${stored.bytes}`];
  const frameBytes = stored.bytes * channels;
  const frames = Math.floor(sound.length / frameBytes);
  const view = new DataView(sound.buffer, sound.byteOffset, sound.byteLength);
  return Array.from({ length: channels }, (_, channel) => {
    const values = new Float32Array(frames);
    for (let frame = 0, at = channel * stored.bytes; frame < frames; frame++, at += frameBytes) {
      values[frame] = read(view, at, stored.littleEndian);
    }
    return values;
  });
}

/** Refuses a channel with numbers that cannot be sound. Throws SoundFileError. */
export function checkAmplitudes(channel: Float32Array): void {
  const at = channel.findIndex((sample) => !(Math.abs(sample) <= maxAmplitude));
  if (at < 0) return;
  const found = Number.isFinite(channel[at]) ? channel[at].toPrecision(3) : "one that is not finite";
  throw new SoundFileError(
    `expected numbers of at most ${maxAmplitude} times full scale, found ${found} in frame ${at}`,
  );
}

/**
 * Reads whole frames of a file whose every number must be sound.
 *
 * @throws {SoundFileError} for numbers that are not finite, or far beyond full scale
 */
export function readCheckedNumbers(
  sound: Uint8Array,
  stored: StoredNumber,
  channels: number,
): Float32Array[] {
  const sides = readStoredNumbers(sound, stored, channels);
  if (stored.kind === "float") sides.forEach(checkAmplitudes);
  return sides;
}
