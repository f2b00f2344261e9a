/**
 * Ogg (RFC 3533): pages to packets. A file may hold streams side by side, of which the first with sound is taken, and chains of
 * streams one after the other, each with headers of its own.
 */
import { joinBytes } from "../../foundation/join_bytes.ts";
import { idAt } from "../sound_files/chunks.ts";
import { oggFlag, parseOggPage, type RawOggPage } from "../sound_files/ogg_page.ts";
import { SoundFileError } from "../sound_files/sound_file_error.ts";

/** What ends on one page. */
export interface OggPage {
  readonly packets: readonly Uint8Array<ArrayBuffer>[];
  /** Position in the stream at the end of the last packet; -1 where none ends. */
  readonly position: number;
  readonly isLast: boolean;
}

/** A stream from its first page to its last. */
export interface OggStream {
  readonly pages: readonly OggPage[];
  /** Pages that are missing between those that are there. */
  readonly missingPages: number;
}

/** More streams one after the other than a file of sound has. */
const maxStreams = 256;

/** Whether a file begins as Ogg. */
export function isOgg(bytes: Uint8Array): boolean {
  return idAt(bytes, 0) === "OggS";
}

/** Whether a packet is the first of a Vorbis stream. */
export function isVorbis(packet: Uint8Array): boolean {
  return packet.length >= 30 && String.fromCharCode(...packet.subarray(0, 7)) === "\x01vorbis";
}

/** Whether a packet is the first of an Opus stream. */
export function isOpusHead(packet: Uint8Array): boolean {
  return String.fromCharCode(...packet.subarray(0, 8)) === "OpusHead";
}

/**
 * The streams of a file, one after the other.
 *
 * @param isSound whether the first packet of a stream is that of a codec which can be decoded
 * @throws {SoundFileError} where a page is damaged or breaks off, or where a link has no such stream
 */
export function readOggStreams(
  bytes: Uint8Array<ArrayBuffer>,
  isSound: (packet: Uint8Array) => boolean,
): OggStream[] {
  const streams: StreamAssembly[] = [];
  let current: StreamAssembly | undefined;
  let isBeginning = false;
  let other = "none";
  for (let at = 0; at < bytes.length;) {
    const page = readPage(bytes, at);
    if (page === undefined) break;
    at = page.end;
    const isFirst = (page.flags & oggFlag.first) !== 0;
    if (isFirst && !isBeginning) {
      if (streams.length > 0 && current === undefined) throw foreign(other);
      current = undefined;
    }
    isBeginning = isFirst;
    if (isFirst && current === undefined) {
      if (isSound(page.body)) {
        current = new StreamAssembly(page.serial, page.sequence);
        streams.push(current);
        if (streams.length > maxStreams) {
          throw new SoundFileError(`it chains more than ${maxStreams} streams`, "cut it");
        }
      } else other = codecOf(page.body);
    }
    if (page.serial === current?.serial) current.add(page);
  }
  if (current === undefined) throw foreign(other);
  return streams.map((stream) => stream.finish());
}

function foreign(codec: string): SoundFileError {
  return new SoundFileError(`expected Ogg with Vorbis, Opus or FLAC, found Ogg with ${codec}`);
}

function codecOf(packet: Uint8Array): string {
  const text = String.fromCharCode(...packet.subarray(0, 8));
  if (text.startsWith("Speex")) return "Speex";
  return "another codec";
}

/** The page at an offset; undefined where only what is no page follows. */
function readPage(bytes: Uint8Array, at: number): RawOggPage | undefined {
  const page = parseOggPage(bytes, at);
  if (typeof page !== "string") return page;
  if (page === "none") {
    if (isPageAfter(bytes, at)) throw new SoundFileError(`it is damaged: no page begins at byte ${at}`);
    return;
  }
  if (page === "short") {
    throw new SoundFileError(`it breaks off in the page at byte ${at}`, "copy or export it again");
  }
  throw new SoundFileError(`it is damaged: the page at byte ${at} has a wrong checksum`);
}

function isPageAfter(bytes: Uint8Array, from: number): boolean {
  for (let at = bytes.indexOf(0x4f, from); at >= 0; at = bytes.indexOf(0x4f, at + 1)) {
    if (idAt(bytes, at) === "OggS") return true;
  }
  return false;
}

/** Puts the packets of one stream together. */
class StreamAssembly {
  readonly #pages: OggPage[] = [];
  /** Pieces of a packet that goes on. */
  #pieces: Uint8Array[] = [];
  #next: number;
  #missing = 0;

  constructor(readonly serial: number, firstSequence: number) {
    this.#next = firstSequence;
  }

  add({ flags, position, sequence, lacing, body }: RawOggPage): void {
    const gap = sequence - this.#next >>> 0;
    // a number that goes back was written by a program that counts otherwise
    if (gap > 0 && gap < 2 ** 31) {
      this.#missing += gap;
      this.#pieces = [];
    }
    this.#next = sequence + 1;
    const isContinued = (flags & oggFlag.continued) !== 0;
    if (!isContinued) this.#pieces = [];
    let isLost = isContinued && this.#pieces.length === 0;
    const packets: Uint8Array<ArrayBuffer>[] = [];
    let [start, at] = [0, 0];
    lacing.forEach((length, index) => {
      at += length;
      if (length === 255 && index < lacing.length - 1) return;
      this.#pieces.push(body.subarray(start, at));
      start = at;
      if (length === 255) return;
      if (!isLost) packets.push(joinBytes(this.#pieces));
      isLost = false;
      this.#pieces = [];
    });
    if (isLost) this.#pieces = [];
    this.#pages.push({ packets, position, isLast: (flags & oggFlag.last) !== 0 });
  }

  finish(): OggStream {
    return { pages: this.#pages, missingPages: this.#missing };
  }
}
