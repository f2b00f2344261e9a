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
  { channels, format, maxRiffBytes = sizeElsewhere - 1, ...header }: Omit<
    WavHeader,
    "frames" | "sampleRateHz"
  >,
): number {
  const room = maxRiffBytes - wavHeaderBytes({ format, ...header }) - 1 - (header.tailBytes ?? 0);
  return Math.floor(room / (channels * sampleBytes(format)));
}

/** Bytes before the first sample. */
export function wavHeaderBytes(
  { format, hasRoom, chunks }: Pick<WavHeader, "format" | "hasRoom" | "chunks">,
): number {
  return (format === "32f" ? 58 : 44) + (hasRoom ? ds64Bytes : 0) + (chunks?.length ?? 0);
}

/** RIFF header, sizes or room for them, further chunks, `fmt `, for floats an extension size and `fact`, `data` header. */
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
  view.setUint32(at + 4, float ? 18 : 16, true);
  view.setUint16(at + 8, float ? 3 : 1, true); // WAVE_FORMAT_IEEE_FLOAT, WAVE_FORMAT_PCM
  view.setUint16(at + 10, channels, true);
  view.setUint32(at + 12, sampleRateHz, true);
  view.setUint32(at + 16, sampleRateHz * frameBytes, true);
  view.setUint16(at + 20, frameBytes, true);
  view.setUint16(at + 22, sampleBytes(format) * 8, true);
  if (float) {
    text(at + 26, "fact");
    view.setUint32(at + 30, 4, true);
    view.setUint32(at + 34, Math.min(frames, sizeElsewhere), true);
  }
  text(bytes.length - 8, "data");
  view.setUint32(bytes.length - 4, size(dataBytes), true);
  return bytes;
}
