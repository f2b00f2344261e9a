/**
 * The streams of an Ogg file, which may follow one another in a chain, and places in them where decoding may begin: found by
 * going from page to page, as far as it is asked for. The same places are found whatever is read first.
 */
import { oggFlag } from "../../sound_files/ogg_page.ts";
import { SoundFileError } from "../../sound_files/sound_file_error.ts";
import { checkFileFormat } from "./file_format.ts";
import type { OggCodec, PacketDecoder } from "./ogg_codec.ts";
import { type OggPages, PacketAssembly, type PlacedPage } from "./ogg_packets.ts";

/** A page at whose end the position is known. */
interface Entry {
  /** Position in the stream at the end of the page. */
  readonly position: number;
  /** Offset of the page in which its last packet begins. */
  readonly offset: number;
}

/** One stream of a chain. */
export interface OggLink {
  readonly serial: number;
  readonly codec: OggCodec;
  /** Offset of the first page with sound. */
  readonly start: number;
  /** Position of the first frame that is decoded; less than 0 where the beginning is to be left out. */
  readonly startPosition: number;
  /** Position of the first frame that is played. */
  readonly origin: number;
  /** Frame of the file with which it begins. */
  readonly first: number;
  readonly entries: Entry[];
  /** The last position that was found. */
  lastPosition: number;
  /** Undefined until its end was found. */
  frames: number | undefined;
}

/** Chooses the codec by the first packet, and finishes it with all packets before the sound. */
export interface OggCodecs {
  /** Packets before the sound; undefined for a codec that is not played. */
  headersOf(first: Uint8Array): number | undefined;
  create(headers: readonly Uint8Array<ArrayBuffer>[]): Promise<OggCodec>;
  /** For error texts. */
  nameOf(first: Uint8Array): string;
}

/** More streams one after the other than a file of sound has. */
const maxLinks = 1_024;

/** No codec makes more frames of a byte. */
const maxFramesPerByte = 5_760;

/** Bytes of the packets before the sound, which may hold a picture. */
const maxHeaderBytes = 2 ** 25;

export class OggIndex {
  readonly #pages: OggPages;
  readonly #codecs: OggCodecs;
  readonly links: OggLink[] = [];
  #offset: number;
  #isWhole = false;
  /** Where the packet begins that goes on in the next page. */
  #openOffset = 0;

  constructor(pages: OggPages, codecs: OggCodecs, start: number) {
    this.#pages = pages;
    this.#codecs = codecs;
    this.#offset = start;
  }

  get isWhole(): boolean {
    return this.#isWhole;
  }

  /** Finds the first stream. Throws SoundFileError. */
  async begin(): Promise<OggLink> {
    await this.#openLink();
    return this.links[0];
  }

  /** Goes on until a frame of the file has been passed, or to the end. */
  async reach(frame: number): Promise<void> {
    while (!this.#isWhole) {
      const { first, origin, lastPosition } = this.links.at(-1)!;
      if (lastPosition - origin + first >= frame) return;
      await this.#walk();
    }
  }

  async #walk(): Promise<void> {
    const placed = await this.#pages.from(this.#offset);
    const link = this.links.at(-1)!;
    if (placed === undefined) return this.#end();
    if ((placed.page.flags & oggFlag.first) !== 0) {
      this.#close(link);
      this.#offset = placed.offset;
      return await this.#openLink();
    }
    this.#offset = placed.end;
    if (placed.page.serial === link.serial) this.#take(placed, link);
  }

  #close(link: OggLink): void {
    link.frames = Math.max(0, link.lastPosition - link.origin);
  }

  #end(): void {
    this.#isWhole = true;
    const link = this.links.at(-1);
    if (link !== undefined) this.#close(link);
  }

  #take({ page: { lacing, flags, position }, offset }: PlacedPage, link: OggLink): void {
    const isContinued = (flags & oggFlag.continued) !== 0;
    const lastEnd = lacing.findLastIndex((length) => length < 255);
    const endBefore = lastEnd < 0 ? -1 : lacing.subarray(0, lastEnd).findLastIndex((length) => length < 255);
    const began = endBefore < 0 && isContinued ? this.#openOffset : offset;
    if (lacing.at(-1) === 255 && (lastEnd >= 0 || !isContinued)) this.#openOffset = offset;
    if (lastEnd < 0 || !isPossible(position, link, offset + lacing.length)) return;
    link.lastPosition = position;
    const isLast = (flags & oggFlag.last) !== 0;
    const before = link.entries.at(-1)?.position ?? link.startPosition;
    if (!isLast && position - before >= link.codec.sampleRateHz) {
      link.entries.push({ position, offset: began });
    }
  }

  async #openLink(): Promise<void> {
    const { warn } = this.#pages;
    const [before] = this.links;
    let found: FoundLink | undefined;
    try {
      found = this.links.length < maxLinks ? await this.#readHeaders() : undefined;
      if (found !== undefined) checkFileFormat(found.codec);
    } catch (error) {
      if (before === undefined || !(error instanceof SoundFileError)) throw error;
      warn(`what follows byte ${this.#offset} is left out: ${error.message}`);
      return this.#end();
    }
    if (found === undefined) return this.#end();
    const { codec, serial, start } = found;
    const last = this.links.at(-1);
    const isSame = before === undefined ||
      (codec.channels === before.codec.channels && codec.sampleRateHz === before.codec.sampleRateHz);
    if (!isSame) {
      warn(
        `what follows byte ${this.#offset} is left out: it has ${codec.channels} channels at ` +
          `${codec.sampleRateHz} Hz, and what is before ${before.codec.channels} at ${before.codec.sampleRateHz}`,
      );
      return this.#end();
    }
    const startPosition = await this.#startPosition(found);
    const origin = Math.max(0, startPosition) + codec.preSkip;
    this.links.push({
      ...{ serial, codec, start, startPosition, origin, entries: [], frames: undefined },
      first: last === undefined ? 0 : last.first + last.frames!,
      lastPosition: startPosition,
    });
    this.#offset = start;
    this.#openOffset = start;
  }

  /** The first stream of this link that can be played, with its packets before the sound. */
  async #readHeaders(): Promise<FoundLink | undefined> {
    let serial: number | undefined;
    let wanted = 0;
    let other = "none";
    let bytes = 0;
    const headers: Uint8Array<ArrayBuffer>[] = [];
    const assembly = new PacketAssembly();
    let placed = await this.#pages.from(this.#offset);
    for (; placed !== undefined; placed = await this.#pages.from(placed.end)) {
      const { page, end } = placed;
      const isFirst = (page.flags & oggFlag.first) !== 0;
      if (isFirst && serial === undefined) {
        const count = this.#codecs.headersOf(page.body);
        if (count === undefined) other = this.#codecs.nameOf(page.body);
        else [serial, wanted] = [page.serial, count];
      }
      if (!isFirst && serial === undefined) throw foreign(other);
      if (page.serial !== serial) continue;
      headers.push(...assembly.add(page));
      bytes += page.body.length;
      if (bytes > maxHeaderBytes || assembly.hasGap) break;
      if (headers.length < wanted) continue;
      return { codec: await this.#codecs.create(headers.slice(0, wanted)), serial, start: end };
    }
    if (serial !== undefined) throw new SoundFileError("it is damaged: its headers break off");
    if (this.links.length === 0) throw foreign(other);
    return undefined;
  }

  /** The position of the first frame: that of the first page that states one, less what was decoded up to there. */
  async #startPosition({ codec, serial, start }: FoundLink): Promise<number> {
    let decoder: PacketDecoder | undefined;
    try {
      const assembly = new PacketAssembly();
      let isPrimer = codec.isPrimed;
      let frames = 0;
      for (let at = start;;) {
        const placed = await this.#pages.from(at);
        if (placed === undefined || (placed.page.flags & oggFlag.first) !== 0) return 0;
        const { page, end } = placed;
        at = end;
        if (page.serial !== serial) continue;
        const packets = assembly.add(page);
        decoder ??= await codec.open();
        for (const packet of packets) {
          const sides = await decoder.decode(packet);
          if (!isPrimer) frames += sides[0]?.length ?? 0;
          isPrimer = false;
        }
        if (page.position < 0) continue;
        const position = page.position - frames;
        // a stream of one page that ends early lacks frames at its end, another one at its beginning
        return (page.flags & oggFlag.last) !== 0 ? Math.max(0, position) : position;
      }
    } finally {
      decoder?.free();
    }
  }
}

interface FoundLink {
  readonly codec: OggCodec;
  readonly serial: number;
  readonly start: number;
}

function foreign(codec: string): SoundFileError {
  return new SoundFileError(`expected Ogg with Vorbis, Opus or FLAC, found Ogg with ${codec}`);
}

/** Whether a position can follow those before; a page may state anything. */
export function isPossible(position: number, link: OggLink, bytes: number): boolean {
  return position >= link.lastPosition && position - link.startPosition <= bytes * maxFramesPerByte;
}
