/** Where the frames of MPEG audio begin: found by going from header to header, as far as it is asked for. */
import { idAt } from "../../sound_files/chunks.ts";
import type { ByteSource } from "./byte_source.ts";
import type { Warn } from "./file_sound.ts";
import { isSameStream, type MpegHeader, readMpegHeader } from "./mpeg_header.ts";

/** Each of as many frames has its place in the index. */
export const indexStep = 24;

/** Bytes in which a next frame is looked for at once. */
const searchBytes = 2 ** 14;

/** What may follow the last frame. */
const trailers = /^(TAG|ID3|APE|LYR|\0)/;

export interface MpegFrame {
  readonly offset: number;
  readonly header: MpegHeader;
}

/**
 * The first frame from a byte on that another one of its stream follows, or that ends the file. Others are taken for what
 * looks like one.
 */
export async function findMpegFrame(
  bytes: ByteSource,
  from: number,
  { like, before = bytes.size }: { readonly like?: MpegHeader; readonly before?: number } = {},
): Promise<MpegFrame | undefined> {
  for (let at = from; at < before;) {
    const piece = await bytes.read(at, searchBytes);
    if (piece.length < 4) return;
    for (let index = piece.indexOf(0xff); index >= 0; index = piece.indexOf(0xff, index + 1)) {
      if (index + 4 > piece.length) break;
      const header = readMpegHeader(piece, index);
      if (header === undefined || (like !== undefined && !isSameStream(header, like))) continue;
      const offset = at + index;
      if (await isFollowed(bytes, { offset, header })) return { offset, header };
    }
    at += Math.max(1, piece.length - 3);
  }
}

/** Frames that follow one that is looked for, unless the file ends: other bytes look like a frame too. */
const following = 2;

async function isFollowed(bytes: ByteSource, { offset, header }: MpegFrame): Promise<boolean> {
  for (let at = offset + header.bytes, count = 0; count < following; count++) {
    if (at === bytes.size) return true;
    const head = await bytes.read(at, 4);
    const next = readMpegHeader(head, 0);
    if (next === undefined) return count > 0 && trailers.test(idAt(head, 0));
    if (!isSameStream(next, header)) return false;
    // the last frame may break off
    if (at + next.bytes > bytes.size) return true;
    at += next.bytes;
  }
  return true;
}

/** Places of frames; it goes on through the file as far as one is asked for. */
export class MpegIndex {
  readonly #bytes: ByteSource;
  readonly #first: MpegFrame;
  readonly #warn: Warn;
  /** Offset of each {@link indexStep}th frame. */
  readonly #places: number[];
  /** The frame behind those that were counted; its offset is where the sound ends once `isWhole`. */
  #count = 0;
  #offset: number;
  #isWhole = false;

  constructor(bytes: ByteSource, first: MpegFrame, warn: Warn) {
    this.#bytes = bytes;
    this.#first = first;
    this.#warn = warn;
    this.#places = [];
    this.#offset = first.offset;
  }

  /** Frames of MPEG; undefined until the end was found. */
  get count(): number | undefined {
    return this.#isWhole ? this.#count : undefined;
  }

  /** The byte behind the last frame that was found. */
  get end(): number {
    return this.#offset;
  }

  /** The offset of frame `step * indexStep`; undefined where the sound ends before. */
  async place(step: number): Promise<number | undefined> {
    while (!this.#isWhole && this.#places.length <= step) await this.#walk();
    return this.#places[step];
  }

  /** Counts all frames. */
  async measure(): Promise<number> {
    while (!this.#isWhole) await this.#walk();
    return this.#count;
  }

  /** Goes on by one frame. */
  async #walk(): Promise<void> {
    const frame = await this.frameAt(this.#offset);
    if (frame === undefined) {
      this.#isWhole = true;
      return;
    }
    if (this.#count % indexStep === 0) this.#places.push(frame.offset);
    this.#count++;
    this.#offset = frame.offset + frame.header.bytes;
  }

  /** The frame at a byte, or the next one where what lies there is none; undefined at the end. */
  async frameAt(offset: number): Promise<MpegFrame | undefined> {
    const head = await this.#bytes.read(offset, 4);
    const header = readMpegHeader(head, 0);
    const { size } = this.#bytes;
    if (header !== undefined && isSameStream(header, this.#first.header)) {
      if (offset + header.bytes <= size) return { offset, header };
      this.#warn(`it breaks off at byte ${size}, within the frame at byte ${offset}`);
      return;
    }
    if (head.length < 4) return;
    const next = await findMpegFrame(this.#bytes, offset + 1, { like: this.#first.header });
    if (next === undefined && trailers.test(idAt(head, 0))) return;
    this.#warn(
      next === undefined
        ? `what follows byte ${offset} is no sound`
        : `bytes ${offset} to ${next.offset} are no sound and are left out`,
    );
    return next;
  }
}
