/** Blocks of FLAC at their place in a file: each is decoded by itself, so a block has the same bits however it was found. */
import {
  decodeFlacFrame,
  type FlacFrameHead,
  type FlacInfo,
  readFlacFrameHead,
} from "../../sound_files/flac_frame.ts";
import { SoundFileError } from "../../sound_files/sound_file_error.ts";
import type { ByteSource } from "./byte_source.ts";

/** A decoded block. */
export interface FlacBlock {
  /** Its first frame. */
  readonly first: number;
  readonly frames: number;
  readonly sides: readonly Float32Array[];
  /** Its first byte in the file, and the byte behind it. */
  readonly offset: number;
  readonly end: number;
}

/** Bytes that are looked through at once for a beginning. */
const searchBytes = 2 ** 16;

/** No block is larger: 65,535 frames of eight channels of 33 bits. */
const maxBlockBytes = 2 ** 22;

export class FlacBlocks {
  readonly #bytes: ByteSource;
  readonly #info: FlacInfo;
  /** Frames of each block, where blocks are counted. */
  #blockFrames: number;
  #base = 0;
  #work: readonly Float64Array[] = [];

  constructor(bytes: ByteSource, info: FlacInfo) {
    this.#bytes = bytes;
    this.#info = info;
    this.#blockFrames = info.minBlockFrames;
  }

  /** Takes the first block: it tells how blocks are counted, and the number of the first frame. */
  begin(header: FlacFrameHead["header"]): void {
    if (header.isCountedInBlocks) this.#blockFrames = Math.max(this.#blockFrames, header.blockFrames);
    this.#base = this.#numberOf(header);
  }

  #numberOf({ number, isCountedInBlocks }: FlacFrameHead["header"]): number {
    return isCountedInBlocks ? number * this.#blockFrames : number;
  }

  /** The head of the block that begins at a byte; undefined where none of this stream does. */
  headAt(bytes: Uint8Array, at: number): FlacFrameHead | undefined {
    const head = readFlacFrameHead(bytes, at, this.#info);
    if (head === undefined) return;
    const { channels, bits, sampleRateHz } = head.header;
    const { channels: stated, bits: statedBits, sampleRateHz: statedHz } = this.#info;
    return channels === stated && bits === statedBits && sampleRateHz === statedHz ? head : undefined;
  }

  /** Decodes a block from bytes that hold it; undefined where it is none, is damaged, or goes on behind them. */
  decode(bytes: Uint8Array, at: number): Omit<FlacBlock, "offset"> | "more" | undefined {
    const head = this.headAt(bytes, at);
    if (head === undefined) return at + 16 > bytes.length ? "more" : undefined;
    const { blockFrames, channels, bits } = head.header;
    if (!(this.#work[0]?.length >= blockFrames)) {
      this.#work = Array.from({ length: channels }, () => new Float64Array(blockFrames));
    }
    try {
      const end = decodeFlacFrame(bytes, at, { head, work: this.#work });
      if (end === undefined) return "more";
      const scale = 2 ** (1 - bits);
      const sides = this.#work.map((work) => {
        const side = new Float32Array(blockFrames);
        for (let frame = 0; frame < blockFrames; frame++) side[frame] = work[frame] * scale;
        return side;
      });
      return { first: this.#numberOf(head.header) - this.#base, frames: blockFrames, sides, end };
    } catch (error) {
      if (error instanceof SoundFileError) return;
      throw error;
    }
  }

  /** The block that begins at a byte of the file; undefined where none does, or it is damaged. */
  async at(offset: number): Promise<FlacBlock | undefined> {
    let size = Math.min(Math.max(this.#info.maxFrameBytes, 2 ** 12), searchBytes / 2);
    for (;; size = Math.min(size * 4, maxBlockBytes)) {
      const bytes = await this.#bytes.read(offset, size);
      const block = this.decode(bytes, 0);
      if (block === undefined) return;
      if (block !== "more") return { ...block, offset, end: offset + block.end };
      if (bytes.length < size || size === maxBlockBytes) return;
    }
  }

  /** The first whole block that begins from one byte of the file on and before another one. */
  async find(from: number, before: number): Promise<FlacBlock | undefined> {
    for (let at = from; at < before;) {
      const bytes = await this.#bytes.read(at, searchBytes);
      for (let index = bytes.indexOf(0xff); index >= 0; index = bytes.indexOf(0xff, index + 1)) {
        if (at + index >= before) return;
        if (index + 16 < bytes.length && this.headAt(bytes, index) === undefined) continue;
        const block = await this.at(at + index);
        if (block !== undefined) return block;
      }
      at += bytes.length;
      if (bytes.length === 0) return;
    }
  }
}
