/**
 * FLAC of any length. Blocks state their position, so any place is found by halving the file, first where the table of the
 * file says; nothing but the last blocks is kept.
 */
import { flacDamaged, type FlacInfo, readFlacInfo } from "../../sound_files/flac_frame.ts";
import type { ByteSource } from "./byte_source.ts";
import { checkFileFormat } from "./file_format.ts";
import type { FileSound, Warn } from "./file_sound.ts";
import { type FlacBlock, FlacBlocks } from "./flac_blocks.ts";

const blockTypes = { info: 0, seekTable: 3, invalid: 127 };

/** More parts before the sound than a file has. */
const maxParts = 1_024;

/** Bytes within which it pays to decode up to a place rather than to search on. */
const nearBytes = 2 ** 15;

/** Decoded blocks that are kept, so that reads which overlap decode nothing twice. */
const keptBlocks = 4;

/** Where a block begins, as the table of the file or a block says. */
interface Place {
  readonly frame: number;
  readonly offset: number;
}

/**
 * Opens a stream.
 *
 * @param start its first byte, `fLaC`
 * @throws {SoundFileError}
 */
export async function openFlac(bytes: ByteSource, start: number, warn: Warn): Promise<FileSound> {
  const { info, table, end } = await readMetadata(bytes, start);
  const sound = new FlacSound({ bytes, info, start: end, table }, warn);
  await sound.findEnds();
  return sound;
}

interface Metadata {
  readonly info: FlacInfo;
  /** Offsets from the first block on. */
  readonly table: readonly Place[];
  readonly end: number;
}

async function readMetadata(bytes: ByteSource, start: number): Promise<Metadata> {
  let info: FlacInfo | undefined;
  let table: Place[] = [];
  for (let at = start + 4, count = 0; count < maxParts; count++) {
    const head = await bytes.read(at, 4);
    if (head.length < 4) throw flacDamaged(`it ends at byte ${bytes.size}, before its sound`);
    const [type, size] = [head[0] & 127, head[1] << 16 | head[2] << 8 | head[3]];
    if (type === blockTypes.invalid) throw flacDamaged(`its metadata is broken at byte ${at}`);
    if (type === blockTypes.info && info === undefined) {
      info = readFlacInfo(await bytes.read(at + 4, size), 0);
    }
    if (type === blockTypes.seekTable) table = readTable(await bytes.read(at + 4, size));
    at += 4 + size;
    if (head[0] < 128) continue;
    if (info === undefined) break;
    checkFileFormat(info);
    return { info, table, end: at };
  }
  throw flacDamaged("it has no description (STREAMINFO)");
}

function readTable(bytes: Uint8Array): Place[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const places: Place[] = [];
  for (let at = 0; at + 18 <= bytes.length; at += 18) {
    const [frame, offset] = [Number(view.getBigUint64(at)), Number(view.getBigUint64(at + 8))];
    if (frame < 2 ** 52 && offset < 2 ** 52) places.push({ frame, offset });
  }
  return places;
}

interface FlacParts {
  readonly bytes: ByteSource;
  readonly info: FlacInfo;
  /** The first block. */
  readonly start: number;
  readonly table: readonly Place[];
}

class FlacSound implements FileSound {
  readonly kind = "FLAC";
  readonly channels: number;
  readonly sampleRateHz: number;
  frames = 0;
  readonly #parts: FlacParts;
  readonly #blocks: FlacBlocks;
  readonly #warn: Warn;
  /** The blocks that were decoded last, the newest at the end. */
  readonly #kept: FlacBlock[] = [];

  constructor(parts: FlacParts, warn: Warn) {
    this.channels = parts.info.channels;
    this.sampleRateHz = parts.info.sampleRateHz;
    this.#parts = parts;
    this.#blocks = new FlacBlocks(parts.bytes, parts.info);
    this.#warn = warn;
  }

  /** Finds the first and the last block: what the file holds counts more than what it states. */
  async findEnds(): Promise<void> {
    const { bytes, start, info } = this.#parts;
    const head = this.#blocks.headAt(await bytes.read(start, 32), 0);
    if (head !== undefined) this.#blocks.begin(head.header);
    const last = await this.#lastBlock();
    this.frames = last === undefined ? 0 : last.first + last.frames;
    if (last === undefined && info.frames > 0) {
      throw flacDamaged(`no block of sound begins between byte ${start} and the end`);
    }
    if (last === undefined || info.frames === 0 || this.frames === info.frames) return;
    this.#warn(
      this.frames < info.frames
        ? `it breaks off at byte ${last.end}, after ${this.frames} of ${info.frames} frames; copy or export it again`
        : `it announces ${info.frames} frames and holds ${this.frames}`,
    );
  }

  async #lastBlock(): Promise<FlacBlock | undefined> {
    const { bytes: { size }, start } = this.#parts;
    for (let back = 2 ** 16;; back *= 4) {
      const from = Math.max(start, size - back);
      let last: FlacBlock | undefined;
      let block = await this.#blocks.find(from, size);
      while (block !== undefined) {
        last = block;
        block = await this.#blocks.find(block.end, Math.min(size, block.end + 2 ** 16));
      }
      if (last !== undefined || from === start) return last;
    }
  }

  measure(): Promise<number> {
    return Promise.resolve(this.frames);
  }

  async read(first: number, asked: number): Promise<readonly Float32Array[]> {
    const frames = Math.max(0, Math.min(asked, this.frames - first));
    const sides = Array.from({ length: this.channels }, () => new Float32Array(frames));
    for (let at = first; at < first + frames;) {
      const block = await this.#blockWith(at);
      if (block === undefined) break;
      const from = Math.max(at, block.first);
      const to = Math.min(first + frames, block.first + block.frames);
      if (from < to) {
        block.sides.forEach((side, channel) =>
          sides[channel].set(side.subarray(from - block.first, to - block.first), from - first)
        );
      }
      at = Math.max(to, at + 1);
    }
    return sides;
  }

  /** The block with a frame, or, where that is missing, the next one. */
  async #blockWith(frame: number): Promise<FlacBlock | undefined> {
    const kept = this.#kept.find(({ first, frames }) => frame >= first && frame < first + frames);
    if (kept !== undefined) return kept;
    const { size } = this.#parts.bytes;
    const before = this.#kept.find(({ first, frames }) => first + frames === frame);
    let block = before === undefined ? await this.#search(frame) : await this.#next(before.end, size);
    while (block !== undefined && block.first + block.frames <= frame) {
      block = await this.#next(block.end, size);
    }
    return block;
  }

  /** The block at a byte, or the next one where that is damaged. */
  async #next(offset: number, size: number): Promise<FlacBlock | undefined> {
    let block = await this.#blocks.at(offset);
    if (block === undefined) {
      block = await this.#blocks.find(offset, size);
      if (block !== undefined) {
        this.#warn(
          `it is damaged between bytes ${offset} and ${block.offset}, before frame ${block.first}; that is silent`,
        );
      }
    }
    if (block === undefined) return;
    this.#kept.push(block);
    if (this.#kept.length > keptBlocks) this.#kept.shift();
    return block;
  }

  /** A block at or before a frame, near to it. */
  async #search(frame: number): Promise<FlacBlock | undefined> {
    const { bytes: { size }, start, table } = this.#parts;
    let low: Place = { frame: 0, offset: start };
    let high: Place = { frame: this.frames, offset: size };
    const stated = table.findLast((place) => place.frame <= frame && start + place.offset < size);
    if (stated !== undefined) {
      // a table may lie
      const block = await this.#blocks.at(start + stated.offset);
      if (block !== undefined && block.first <= frame) low = { frame: block.first, offset: block.offset };
    }
    for (let turn = 0; high.offset - low.offset > nearBytes && turn < 64; turn++) {
      const share = turn < 4 ? (frame - low.frame) / Math.max(1, high.frame - low.frame) : 0.5;
      const guess = Math.floor(
        low.offset + (high.offset - low.offset) * share - (turn < 4 ? nearBytes / 2 : 0),
      );
      const from = Math.max(low.offset + 1, guess);
      const block = await this.#blocks.find(from, high.offset);
      if (block !== undefined && block.first <= frame) {
        low = { frame: block.first, offset: block.offset };
        if (block.first + block.frames > frame) break;
        if (turn < 4 && frame - block.first < block.frames * 4) break;
      } else high = { frame: block?.first ?? high.frame, offset: from };
    }
    return await this.#next(low.offset, size);
  }
}
