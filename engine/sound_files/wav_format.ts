/**
 * The chunk `fmt ` of WAV: the format tag, or the SubFormat of WAVE_FORMAT_EXTENSIBLE, decides how numbers are stored.
 */
import { SoundFileError } from "./sound_file_error.ts";
import { isStoredNumber, type StoredNumber } from "./stored_numbers.ts";

const formatNames: Readonly<Record<number, string>> = {
  0x2: "MS ADPCM",
  0x11: "IMA ADPCM",
  0x31: "GSM 6.10",
  0x50: "MPEG",
  0x55: "MP3",
  0xff: "AAC",
  0x161: "WMA",
  0x2000: "AC-3",
  0x566f: "Vorbis",
  0xf1ac: "FLAC",
};

/** What follows the format tag in a SubFormat: the audio formats of Microsoft, and those of Ambisonic B-format. */
const subFormatTails = ["0 10 800000aa 389b71", "721 11d3 8644c8c1 ca000000"];

/** How the sound of a WAV file is stored. */
export interface WavFormat {
  readonly stored: StoredNumber;
  readonly channels: number;
  readonly sampleRateHz: number;
  readonly notes: readonly string[];
}

/** What the reader of a format needs besides it. */
export interface WavFormatOptions {
  /** Refuses channels and rates that the caller does not take; throws SoundFileError. */
  readonly check: (format: { readonly channels: number; readonly sampleRateHz: number }) => void;
  /** The sound, or its beginning, from whole frames on: it tells whether numbers have empty bytes. */
  readonly sound: Uint8Array;
}

/**
 * Reads the chunk `fmt `.
 *
 * @throws {SoundFileError} for what is no PCM, and for a format that contradicts itself
 */
export function readWavFormat(
  fmt: DataView,
  littleEndian: boolean,
  { check, sound }: WavFormatOptions,
): WavFormat {
  const short = (at: number) => at + 2 <= fmt.byteLength ? fmt.getUint16(at, littleEndian) : 0;
  const [channels, sampleRateHz] = [short(2), fmt.getUint32(4, littleEndian)];
  const tag = short(0) === 0xfffe ? subFormat(fmt, littleEndian) : short(0);
  const kinds: Readonly<Record<number, StoredNumber["kind"]>> = {
    1: "signed",
    3: "float",
    6: "a-law",
    7: "mu-law",
  };
  if (!(tag in kinds)) {
    const name = formatNames[tag];
    throw new SoundFileError(
      `expected format 1 (integers), 3 (floats), 6 (A-law) or 7 (µ-law), found 0x${tag.toString(16)}` +
        (name === undefined ? "" : ` (${name})`),
      "export it as PCM",
    );
  }
  check({ channels, sampleRateHz });
  const header: Header = {
    ...{ bits: short(14), blockAlign: short(12), channels, sampleRateHz },
    ...{ bytesPerSecond: fmt.getUint32(8, littleEndian), littleEndian },
  };
  const isLaw = tag === 6 || tag === 7;
  const { bytes, note } = numberBytes(isLaw ? { ...header, bits: 8 } : header, tag === 1 ? sound : undefined);
  const kind = tag === 1 && bytes === 1 ? "unsigned" : kinds[tag];
  const stored: StoredNumber = { kind, bytes, littleEndian };
  if (!isStoredNumber(stored)) {
    throw new SoundFileError(
      `expected ${tag === 1 ? "integers of 1 to 32" : "floats of 32 or 64"} bits, found ${header.bits}`,
    );
  }
  return { stored, channels, sampleRateHz, notes: note === undefined ? [] : [note] };
}

/** The format tag in a SubFormat; 0xfffe for one of another kind. Its first three numbers have the file's order of bytes. */
function subFormat(fmt: DataView, littleEndian: boolean): number {
  if (fmt.byteLength < 40) throw new SoundFileError("its extensible format breaks off (chunk `fmt `)");
  const tail = [
    fmt.getUint16(28, littleEndian),
    fmt.getUint16(30, littleEndian),
    fmt.getUint32(32),
    fmt.getUint32(36),
  ];
  const tag = fmt.getUint32(24, littleEndian);
  return tag < 0xffff && subFormatTails.includes(tail.map((part) => part.toString(16)).join(" "))
    ? tag
    : 0xfffe;
}

interface Header {
  readonly bits: number;
  readonly blockAlign: number;
  readonly channels: number;
  readonly sampleRateHz: number;
  readonly bytesPerSecond: number;
  readonly littleEndian: boolean;
}

/**
 * Bytes of one number, which the header states three times: by bits, by nBlockAlign, and by nAvgBytesPerSec. Where bits and
 * nBlockAlign differ, the bytes that bits do not need are empty, or nAvgBytesPerSec decides; otherwise the sound would be
 * noise. `integers` is the sound where it may have empty bytes.
 */
function numberBytes(
  header: Header,
  integers: Uint8Array | undefined,
): { readonly bytes: number; readonly note?: string } {
  const { bits, blockAlign, channels, sampleRateHz, bytesPerSecond, littleEndian } = header;
  const byBits = Math.ceil(bits / 8);
  const byAlign = blockAlign / channels;
  if (bits > 0 && byBits === byAlign) return { bytes: byBits };
  if (integers && byAlign === 4 && byBits === 3) {
    const empty = littleEndian ? 0 : 3;
    if (integers.every((byte, index) => byte === 0 || index % 4 !== empty)) return { bytes: byAlign };
  } else if (bits > 0 && byBits * channels * sampleRateHz === bytesPerSecond) {
    const note = `nBlockAlign is ${blockAlign}, bits and bytes a second say ${byBits * channels}`;
    return { bytes: byBits, note };
  }
  // a field of zero states nothing: the others decide where they agree, or the only one that states something
  const byRate = bytesPerSecond / (channels * sampleRateHz);
  const stated = new Set([byBits, byAlign, byRate].filter((size) => size > 0));
  const [only = 0] = stated;
  if (stated.size === 1 && Number.isInteger(only) && (bits === 0 || blockAlign === 0)) {
    return { bytes: only, note: `its format leaves out ${bits === 0 ? "its bits" : "nBlockAlign"}` };
  }
  throw new SoundFileError(
    `its format contradicts itself: ${channels} x ${bits} bits need ${
      byBits * channels
    } bytes a frame, nBlockAlign is ` +
      blockAlign,
  );
}
