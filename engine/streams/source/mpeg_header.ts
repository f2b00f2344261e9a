/** Headers of frames of MPEG audio (ISO 11172-3, 13818-3), and the tags of encoders in the first frame. */
import { idAt } from "../../sound_files/chunks.ts";

export interface MpegHeader {
  readonly layer: 1 | 2 | 3;
  readonly sampleRateHz: number;
  readonly channels: number;
  /** Of the whole frame. */
  readonly bytes: number;
  /** Frames of sound in it. */
  readonly frames: number;
  /** Bytes of its side information, with a checksum; layer III. */
  readonly sideBytes: number;
}

/** Rates of data in kbit/s, by version 1 or later, and layer. */
const kilobits: Readonly<Record<string, readonly number[]>> = {
  "1 1": [32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448],
  "1 2": [32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384],
  "1 3": [32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
  "2 1": [32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256],
  "2 2": [8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
  "2 3": [8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
};

const ratesHz = [44_100, 48_000, 32_000];

/** The header at an offset; undefined where none is, or of a free rate of data. */
export function readMpegHeader(bytes: Uint8Array, at: number): MpegHeader | undefined {
  if (at + 4 > bytes.length || bytes[at] !== 0xff || (bytes[at + 1] & 0xe0) !== 0xe0) return;
  const versionCode = bytes[at + 1] >> 3 & 3;
  const layerCode = bytes[at + 1] >> 1 & 3;
  const rateCode = bytes[at + 2] >> 2 & 3;
  if (versionCode === 1 || layerCode === 0 || rateCode === 3) return;
  const layer = 4 - layerCode as MpegHeader["layer"];
  const isFirst = versionCode === 3;
  const rate = kilobits[`${isFirst ? 1 : 2} ${layer}`][(bytes[at + 2] >> 4) - 1];
  if (rate === undefined) return;
  const sampleRateHz = ratesHz[rateCode] / (isFirst ? 1 : versionCode === 2 ? 2 : 4);
  const padding = bytes[at + 2] >> 1 & 1;
  const frames = layer === 1 ? 384 : layer === 3 && !isFirst ? 576 : 1_152;
  const size = layer === 1
    ? (Math.floor(12_000 * rate / sampleRateHz) + padding) * 4
    : Math.floor(frames / 8 * 1_000 * rate / sampleRateHz) + padding;
  const channels = bytes[at + 3] >> 6 === 3 ? 1 : 2;
  const sideBytes = (isFirst ? (channels === 1 ? 17 : 32) : channels === 1 ? 9 : 17) +
    ((bytes[at + 1] & 1) === 0 ? 2 : 0);
  return { layer, sampleRateHz, channels, bytes: size, frames, sideBytes };
}

/** Whether two frames can be of one stream. */
export function isSameStream(a: MpegHeader, b: MpegHeader): boolean {
  return a.layer === b.layer && a.sampleRateHz === b.sampleRateHz;
}

/** What an encoder says in a first frame that holds no sound (Xing, LAME, VBRI). */
export interface MpegTag {
  /** Frames of MPEG that follow; undefined where it does not say. */
  readonly count: number | undefined;
  /** Bytes of the stream with this frame; undefined where it does not say. */
  readonly bytes: number | undefined;
  /** Frames of sound that the encoder has put before it, and behind it; undefined where it does not say. */
  readonly delay: number | undefined;
  readonly padding: number | undefined;
}

/** The tag in a frame; undefined where the frame holds sound. */
export function readMpegTag(frame: Uint8Array, header: MpegHeader): MpegTag | undefined {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  const long = (at: number) => at + 4 <= frame.length ? view.getUint32(at) : undefined;
  if (header.layer !== 3) return;
  if (idAt(frame, 36) === "VBRI") {
    return { bytes: long(46), count: long(50), delay: undefined, padding: undefined };
  }
  // some programs leave the checksum out of the place
  const start = [4 + header.sideBytes, 4 + header.sideBytes - 2, 4 + header.sideBytes + 2]
    .find((at) => ["Xing", "Info"].includes(idAt(frame, at)));
  if (start === undefined) return;
  const flags = long(start + 4) ?? 0;
  let at = start + 8;
  const field = (bit: number, size: number) => {
    if ((flags & bit) === 0) return;
    at += size;
    return long(at - size);
  };
  const count = field(1, 4);
  const bytes = field(2, 4);
  field(4, 100);
  field(8, 4);
  const hasDelay = at + 24 <= frame.length && /^(LAME|Lavf|Lavc|L3\.9|GOGO)/.test(idAt(frame, at));
  if (!hasDelay) return { count, bytes, delay: undefined, padding: undefined };
  const [a, b, c] = frame.subarray(at + 21, at + 24);
  return { count, bytes, delay: a << 4 | b >> 4, padding: (b & 15) << 8 | c };
}
