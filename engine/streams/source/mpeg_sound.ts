/**
 * MPEG audio, layers I to III. A frame of layer III needs up to 511 bytes before it (its bit reservoir), and the filters of the
 * decoder hear the frame before it, so a chunk is decoded from 24 frames before it on. Where the encoder says how many frames
 * of sound it has put before and behind (LAME's tag), these are left out.
 */
import { MPEGDecoder } from "mpg123-decoder";
import type { ByteSource } from "./byte_source.ts";
import { ChunkedSound } from "./chunked_sound.ts";
import { checkFileFormat } from "./file_format.ts";
import type { FileSound, Warn } from "./file_sound.ts";
import { type MpegHeader, type MpegTag, readMpegTag } from "./mpeg_header.ts";
import { findMpegFrame, indexStep, type MpegFrame, MpegIndex } from "./mpeg_index.ts";

/** Frames of MPEG in a chunk. */
const chunkCount = indexStep * 5;

/** Frames of sound that every decoder of layer III is late. */
const decoderDelay = 529;

/** Bytes before the first frame that are looked through. */
const maxSearchBytes = 2 ** 20;

/**
 * Opens a stream.
 *
 * @param start behind the tags of the file
 * @returns undefined where no frame is found
 * @throws {SoundFileError}
 */
export async function openMpeg(bytes: ByteSource, start: number, warn: Warn): Promise<FileSound | undefined> {
  const found = await findMpegFrame(bytes, start, { before: start + maxSearchBytes });
  if (found === undefined) return;
  const { header } = found;
  checkFileFormat(header);
  const tag = readMpegTag(await bytes.read(found.offset, header.bytes), header);
  const first: MpegFrame = tag === undefined ? found : { offset: found.offset + header.bytes, header };
  return new MpegSound({ bytes, first, start: found.offset, tag }, warn);
}

interface MpegParts {
  readonly bytes: ByteSource;
  /** The first frame with sound. */
  readonly first: MpegFrame;
  /** The first byte of the stream. */
  readonly start: number;
  readonly tag: MpegTag | undefined;
}

class MpegSound implements FileSound {
  readonly kind: string;
  readonly channels: number;
  readonly sampleRateHz: number;
  readonly #parts: MpegParts;
  readonly #header: MpegHeader;
  readonly #index: MpegIndex;
  readonly #chunks: ChunkedSound;
  readonly #warn: Warn;
  /** Frames of sound before the first one that is played. */
  readonly #before: number;
  readonly #behind: number;
  readonly #stated: number | undefined;

  constructor(parts: MpegParts, warn: Warn) {
    const { bytes, first: { header }, first, tag } = parts;
    this.kind = header.layer === 3 ? "MP3" : `MPEG layer ${header.layer}`;
    this.channels = header.channels;
    this.sampleRateHz = header.sampleRateHz;
    this.#parts = parts;
    this.#header = header;
    this.#warn = warn;
    this.#index = new MpegIndex(bytes, first, warn);
    this.#chunks = new ChunkedSound(
      this.channels,
      chunkCount * header.frames,
      (chunk) => this.#decode(chunk),
    );
    const { delay, padding } = tag ?? {};
    this.#before = delay === undefined ? 0 : delay + decoderDelay;
    this.#behind = delay === undefined || padding === undefined ? 0 : Math.max(0, padding - decoderDelay);
    this.#stated = this.#statedCount();
  }

  /** Frames of MPEG that the tag states, where the file is as long as it says. */
  #statedCount(): number | undefined {
    const { bytes, start, tag } = this.#parts;
    if (tag?.count === undefined || tag.bytes === undefined) return;
    const rest = bytes.size - start - tag.bytes;
    // tags may follow
    return rest >= 0 && rest < 2 ** 16 ? tag.count : undefined;
  }

  get frames(): number | undefined {
    const count = this.#stated ?? this.#index.count;
    return count === undefined
      ? undefined
      : Math.max(0, count * this.#header.frames - this.#before - this.#behind);
  }

  async measure(): Promise<number> {
    if (this.#stated === undefined) {
      const count = await this.#index.measure();
      const { tag, bytes } = this.#parts;
      if (tag?.count !== undefined && count < tag.count) {
        this.#warn(
          `it breaks off at byte ${bytes.size}, after ${count} of ${tag.count} frames of MPEG; copy or export it again`,
        );
      }
    }
    return this.frames!;
  }

  async read(first: number, asked: number): Promise<readonly Float32Array[]> {
    const frames = Math.max(0, Math.min(asked, (this.frames ?? Infinity) - first));
    const sides = await this.#chunks.read(first + this.#before, frames);
    // the end may have been found just now
    const left = Math.max(0, Math.min(frames, (this.frames ?? Infinity) - first));
    return left === frames ? sides : sides.map((side) => side.subarray(0, left));
  }

  async #decode(chunk: number): Promise<readonly Float32Array[]> {
    const steps = chunkCount / indexStep;
    const begin = chunk * steps;
    const offset = await this.#index.place(begin);
    if (offset === undefined) return Array.from({ length: this.channels }, () => new Float32Array());
    const early = begin === 0 ? 0 : indexStep;
    const from = begin === 0 ? offset : (await this.#index.place(begin - 1))!;
    // finds the end where it lies in this chunk
    await this.#index.place(begin + steps);
    const total = (this.#index.count ?? Infinity) - chunk * chunkCount;
    const count = Math.min(chunkCount, total);
    const { frames } = this.#header;
    const sides = Array.from({ length: this.channels }, () => new Float32Array(count * frames));
    const decoder = await freshDecoder();
    try {
      let at = from;
      for (let index = -early; index < count; index++) {
        const frame = await this.#index.frameAt(at);
        if (frame === undefined) break;
        at = frame.offset + frame.header.bytes;
        const bytes = await this.#parts.bytes.read(frame.offset, frame.header.bytes);
        const { channelData, samplesDecoded } = decoder.decodeFrame(bytes);
        if (index < 0) continue;
        // a damaged frame may give nothing, and stays silent
        const given = Math.min(samplesDecoded, frames);
        sides.forEach((side, channel) => side.set(channelData[channel].subarray(0, given), index * frames));
      }
      return sides;
    } finally {
      decoder.free();
    }
  }
}

async function freshDecoder(): Promise<MPEGDecoder> {
  const decoder = new MPEGDecoder({ enableGapless: false });
  await decoder.ready;
  return decoder;
}
