/** Goes through the pages of an Ogg file of any length, and puts packets together. */
import { joinBytes } from "../../../foundation/join_bytes.ts";
import { oggFlag, parseOggPage, type RawOggPage } from "../../sound_files/ogg_page.ts";
import type { ByteSource } from "./byte_source.ts";
import type { Warn } from "./file_sound.ts";

/** The head of a page with all of its lengths. */
const maxHeadBytes = 27 + 255;

/** Bytes that are looked through at once for a page. */
const searchBytes = 2 ** 16;

/** Pages on which one packet may lie: its bytes are kept until it ends. */
const maxPieces = 512;

const mark = [0x4f, 0x67, 0x67, 0x53];

export interface PlacedPage {
  readonly offset: number;
  readonly page: Omit<RawOggPage, "end">;
  /** The byte behind it. */
  readonly end: number;
}

export class OggPages {
  constructor(readonly bytes: ByteSource, readonly warn: Warn) {}

  /** The page at a byte; undefined where none is, or a damaged one. */
  async at(offset: number): Promise<PlacedPage | undefined> {
    const head = await this.bytes.read(offset, maxHeadBytes);
    if (head.length < 27) return;
    const size = head.subarray(27, 27 + head[26]).reduce((sum, length) => sum + length, 27 + head[26]);
    const bytes = await this.bytes.read(offset, size);
    const page = parseOggPage(bytes, 0);
    return typeof page === "string" ? undefined : { offset, page, end: offset + size };
  }

  /** The first page from a byte on; undefined at the end of the file. Tells what it leaves out. */
  async from(offset: number): Promise<PlacedPage | undefined> {
    const page = await this.at(offset);
    if (page !== undefined || offset >= this.bytes.size) return page;
    const next = await this.find(offset + 1, this.bytes.size);
    if (next !== undefined) {
      this.warn(`it is damaged between bytes ${offset} and ${next.offset}; that is silent`);
    } else if (await this.#isMark(offset)) {
      this.warn(`it breaks off in the page at byte ${offset}; copy or export it again`);
    }
    return next;
  }

  async #isMark(offset: number): Promise<boolean> {
    const head = await this.bytes.read(offset, mark.length);
    return head.length > 0 && head.every((byte, index) => byte === mark[index]);
  }

  /** The first whole page that begins from one byte on and before another one. */
  async find(from: number, before: number): Promise<PlacedPage | undefined> {
    for (let at = from; at < before;) {
      const bytes = await this.bytes.read(at, searchBytes);
      for (let index = bytes.indexOf(mark[0]); index >= 0; index = bytes.indexOf(mark[0], index + 1)) {
        if (at + index >= before) return;
        if (index + 4 <= bytes.length && mark.some((byte, more) => bytes[index + more] !== byte)) continue;
        const page = await this.at(at + index);
        if (page !== undefined) return page;
      }
      if (bytes.length === 0) return;
      at += bytes.length;
    }
  }

  /** The last whole page of the file. */
  async last(): Promise<PlacedPage | undefined> {
    const { size } = this.bytes;
    for (let back = searchBytes;; back *= 4) {
      const from = Math.max(0, size - back);
      let last: PlacedPage | undefined;
      let page = await this.find(from, size);
      while (page !== undefined) {
        last = page;
        page = await this.at(page.end) ?? await this.find(page.end, size);
      }
      if (last !== undefined || from === 0) return last;
    }
  }
}

/** Puts the packets of one stream together, page by page. */
export class PacketAssembly {
  #pieces: Uint8Array<ArrayBuffer>[] = [];
  #sequence: number | undefined;
  /** Whether pages were missing before the page that was added last. */
  hasGap = false;

  /** The packets that end on a page, in memory of their own. */
  add({ flags, sequence, lacing, body }: PlacedPage["page"]): Uint8Array<ArrayBuffer>[] {
    this.hasGap = this.#sequence !== undefined && sequence !== (this.#sequence + 1) % 2 ** 32;
    this.#sequence = sequence;
    const isContinued = (flags & oggFlag.continued) !== 0;
    if (this.hasGap || !isContinued) this.#pieces = [];
    let isLost = isContinued && this.#pieces.length === 0;
    const packets: Uint8Array<ArrayBuffer>[] = [];
    let [start, at] = [0, 0];
    lacing.forEach((length, index) => {
      at += length;
      if (length === 255 && index < lacing.length - 1) return;
      if (!isLost) this.#pieces.push(body.slice(start, at));
      start = at;
      if (this.#pieces.length > maxPieces) [this.#pieces, isLost] = [[], true];
      if (length === 255) return;
      if (!isLost) packets.push(this.#pieces.length === 1 ? this.#pieces[0] : joinBytes(this.#pieces));
      isLost = false;
      this.#pieces = [];
    });
    return packets;
  }

  /** Whether a packet goes on in the next page. */
  get isOpen(): boolean {
    return this.#pieces.length > 0;
  }
}
