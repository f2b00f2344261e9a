/**
 * The beginning of a WAV file, which is an RF64 file once it is longer than a RIFF file can be. Sources: Microsoft, "Multiple
 * channel audio data and WAVE files"; EBU Tech 3306. Any thread.
 */
import { sampleBytes, type SampleFormat } from "./sample_format.ts";

/** A RIFF file counts its bytes in 32 bits; all of them set say that the size stands elsewhere. */
const sizeElsewhere = 2 ** 32 - 1;

/** Bytes of a `ds64` chunk without a table, with its header. */
const ds64Bytes = 36;

export interface WavHeader {
  readonly channels: number;
  readonly sampleRateHz: number;
  readonly format: SampleFormat;
  /** Frames that the file has now. */
  readonly frames: number;
  /** Whether room is kept for the sizes of an RF64 file. */
  readonly hasRoom: boolean;
  /** Chunks before the format, whole and of an even length; omitted: none. */
  readonly chunks?: Uint8Array;
  /** Bytes of the chunks behind the samples; 0 by default. */
  readonly tailBytes?: number;
  /** Largest RIFF file in bytes, 4 GiB by default. */
  readonly maxRiffBytes?: number;
}

/** Most frames of a RIFF file. */
export function maxRiffFrames(
  { maxRiffBytes = sizeElsewhere - 1, ...header }: Omit<
    WavHeader,
    "frames" | "sampleRateHz"
  >,
): number {
  const room = maxRiffBytes - wavHeaderBytes(header) - 1 - (header.tailBytes ?? 0);
  return Math.floor(room / (header.channels * sampleBytes(header.format)));
}

/** Bytes before the first sample. */
export function wavHeaderBytes(
  header: Pick<WavHeader, "channels" | "format" | "hasRoom" | "chunks">,
): number {
  const { format, hasRoom, chunks } = header;
  const factBytes = format === "32f" ? 12 : 0;
  return 12 + 8 + formatBytes(header) + factBytes + 8 + (hasRoom ? ds64Bytes : 0) + (chunks?.length ?? 0);
}

/** WAVE_FORMAT_PCM, WAVE_FORMAT_IEEE_FLOAT and WAVE_FORMAT_EXTENSIBLE. */
const tags = { integer: 1, float: 3, extensible: 0xFFFE } as const;

/** The end of each subformat's GUID; a tag of 32 bits stands before it. */
const guidEnd = [0x00, 0x00, 0x10, 0x00, 0x80, 0x00, 0x00, 0xAA, 0x00, 0x38, 0x9B, 0x71];

/** Beyond two channels, a file has to say which loudspeakers they are for, or that they are for none in particular. */
function isExtensible({ channels }: Pick<WavHeader, "channels">): boolean {
  return channels > 2;
}

/** Bytes of the content of the `fmt ` chunk. */
function formatBytes(header: Pick<WavHeader, "channels" | "format">): number {
  if (isExtensible(header)) return 40;
  return header.format === "32f" ? 18 : 16;
}

/**
 * RIFF header, sizes or room for them, further chunks, `fmt `, for floats an extension size and `fact`, `data` header. More than two
 * channels belong to no loudspeakers in particular: programs take them in order.
 */
export function wavHeader(header: WavHeader): Uint8Array<ArrayBuffer> {
  const { channels, sampleRateHz, format, frames, hasRoom, chunks, tailBytes = 0 } = header;
  const float = format === "32f";
  const frameBytes = channels * sampleBytes(format);
  const dataBytes = frames * frameBytes;
  const bytes = new Uint8Array(wavHeaderBytes(header));
  const view = new DataView(bytes.buffer);
  const text = (at: number, letters: string) => bytes.set(new TextEncoder().encode(letters), at);
  const riffBytes = bytes.length - 8 + dataBytes + dataBytes % 2 + tailBytes;
  const isRf64 = hasRoom && frames > maxRiffFrames(header);
  const size = (bytes: number) => isRf64 ? sizeElsewhere : bytes;
  text(0, isRf64 ? "RF64" : "RIFF");
  view.setUint32(4, size(riffBytes), true);
  text(8, "WAVE");
  if (hasRoom) {
    text(12, isRf64 ? "ds64" : "JUNK");
    view.setUint32(16, ds64Bytes - 8, true);
    if (isRf64) {
      view.setBigUint64(20, BigInt(riffBytes), true);
      view.setBigUint64(28, BigInt(dataBytes), true);
      view.setBigUint64(36, BigInt(frames), true);
    }
  }
  if (chunks) bytes.set(chunks, 12 + (hasRoom ? ds64Bytes : 0));
  const at = 12 + (hasRoom ? ds64Bytes : 0) + (chunks?.length ?? 0);
  text(at, "fmt ");
  const tag = float ? tags.float : tags.integer;
  view.setUint32(at + 4, formatBytes(header), true);
  view.setUint16(at + 8, isExtensible(header) ? tags.extensible : tag, true);
  view.setUint16(at + 10, channels, true);
  view.setUint32(at + 12, sampleRateHz, true);
  view.setUint32(at + 16, sampleRateHz * frameBytes, true);
  view.setUint16(at + 20, frameBytes, true);
  view.setUint16(at + 22, sampleBytes(format) * 8, true);
  if (isExtensible(header)) {
    view.setUint16(at + 24, 22, true); // bytes that follow
    view.setUint16(at + 26, sampleBytes(format) * 8, true);
    view.setUint32(at + 28, 0, true); // loudspeakers
    view.setUint32(at + 32, tag, true);
    bytes.set(guidEnd, at + 36);
  }
  if (float) {
    const fact = at + 8 + formatBytes(header);
    text(fact, "fact");
    view.setUint32(fact + 4, 4, true);
    view.setUint32(fact + 8, Math.min(frames, sizeElsewhere), true);
  }
  text(bytes.length - 8, "data");
  view.setUint32(bytes.length - 4, size(dataBytes), true);
  return bytes;
}
