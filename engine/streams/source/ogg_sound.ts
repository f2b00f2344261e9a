/** Sound in Ogg: Vorbis, Opus, FLAC; chains of streams with one rate and number of channels. */
import { oggFlag } from "../../sound_files/ogg_page.ts";
import { SoundFileError } from "../../sound_files/sound_file_error.ts";
import type { ByteSource } from "./byte_source.ts";
import { ChunkedSound } from "./chunked_sound.ts";
import type { FileSound, Warn } from "./file_sound.ts";
import { isOggFlacHead, oggFlacCodec } from "./ogg_flac_codec.ts";
import { isPossible, type OggCodecs, OggIndex, type OggLink } from "./ogg_index.ts";
import { OggPages, PacketAssembly } from "./ogg_packets.ts";

/** Frames of a chunk of mono or stereo: some seconds, so that what is decoded before it weighs little; fewer of more channels. */
const stereoChunkFrames = 2 ** 17;
const minChunkFrames = 2 ** 14;

const text = (packet: Uint8Array, end: number) => String.fromCharCode(...packet.subarray(0, end));
const isVorbis = (packet: Uint8Array) => packet.length >= 30 && text(packet, 7) === "\x01vorbis";
const isOpus = (packet: Uint8Array) => text(packet, 8) === "OpusHead";

/** Libraries are loaded when a file needs them. */
const codecs: OggCodecs = {
  headersOf(first) {
    if (isVorbis(first)) return 3;
    if (isOpus(first)) return 2;
    return isOggFlacHead(first) ? oggFlacCodec(first).headers : undefined;
  },
  async create(headers) {
    const [first] = headers;
    if (isVorbis(first)) return (await import("./vorbis_codec.ts")).vorbisCodec(headers);
    return isOpus(first) ? (await import("./opus_codec.ts")).opusCodec(first) : oggFlacCodec(first);
  },
  nameOf: (first) => text(first, 5) === "Speex" ? "Speex" : "another codec",
};

/**
 * Opens a file.
 *
 * @param start its first page
 * @throws {SoundFileError}
 */
export async function openOgg(bytes: ByteSource, start: number, warn: Warn): Promise<FileSound> {
  const pages = new OggPages(bytes, warn);
  const index = new OggIndex(pages, codecs, start);
  const link = await index.begin();
  if (link === undefined) throw new SoundFileError("it has no sound");
  const last = await pages.last();
  let stated: number | undefined;
  // another stream at the end means a chain, or streams side by side: then only reading tells
  if (last?.page.serial === link.serial && isPossible(last.page.position, link, bytes.size)) {
    stated = Math.max(0, last.page.position - link.origin);
    if (last.end < bytes.size) {
      const rest = await bytes.read(last.end, 4);
      if (text(rest, 4) === "OggS") {
        warn(`it breaks off in the page at byte ${last.end}; copy or export it again`);
      }
    } else if ((last.page.flags & oggFlag.last) === 0) {
      warn("its last page is not marked as the last: it may break off");
    }
  }
  return new OggSound(pages, index, stated);
}

class OggSound implements FileSound {
  readonly kind: string;
  readonly channels: number;
  readonly sampleRateHz: number;
  readonly #pages: OggPages;
  readonly #index: OggIndex;
  readonly #stated: number | undefined;
  readonly #chunkFrames: number;
  readonly #chunks: ChunkedSound;

  constructor(pages: OggPages, index: OggIndex, stated: number | undefined) {
    const { kind, channels, sampleRateHz } = index.links[0].codec;
    this.kind = kind;
    this.channels = channels;
    this.sampleRateHz = sampleRateHz;
    this.#pages = pages;
    this.#index = index;
    this.#stated = stated;
    this.#chunkFrames = Math.max(minChunkFrames, Math.floor(stereoChunkFrames / Math.ceil(channels / 2)));
    this.#chunks = new ChunkedSound(channels, this.#chunkFrames, (chunk) => this.#decode(chunk));
  }

  get frames(): number | undefined {
    if (this.#stated !== undefined) return this.#stated;
    if (!this.#index.isWhole) return undefined;
    const { first, frames } = this.#index.links.at(-1)!;
    return first + frames!;
  }

  async measure(): Promise<number> {
    if (this.#stated === undefined) await this.#index.reach(Infinity);
    return this.frames!;
  }

  async read(first: number, asked: number): Promise<readonly Float32Array[]> {
    const frames = Math.max(0, Math.min(asked, (this.frames ?? Infinity) - first));
    const sides = await this.#chunks.read(first, frames);
    // the end may have been found just now
    const left = Math.max(0, Math.min(frames, (this.frames ?? Infinity) - first));
    return left === frames ? sides : sides.map((side) => side.subarray(0, left));
  }

  async #decode(chunk: number): Promise<readonly Float32Array[]> {
    const [from, to] = [chunk * this.#chunkFrames, (chunk + 1) * this.#chunkFrames];
    await this.#index.reach(to);
    const sides = Array.from({ length: this.channels }, () => new Float32Array(this.#chunkFrames));
    for (const link of this.#index.links) {
      const end = link.first + (link.frames ?? Infinity);
      if (link.first >= to || end <= from) continue;
      const [begin, behind] = [Math.max(from, link.first), Math.min(to, end)];
      const rooms = sides.map((side) => side.subarray(begin - from, behind - from));
      await this.#decodeLink(link, begin - link.first, rooms);
    }
    return sides;
  }

  /** Fills arrays with the frames of a stream from one of its frames on. */
  async #decodeLink(link: OggLink, frame: number, rooms: readonly Float32Array[]): Promise<void> {
    const { codec, serial } = link;
    const from = link.origin + frame;
    const to = from + rooms[0].length;
    const entry = link.entries.findLast(({ position }) => position <= from - codec.prerollFrames);
    // the position of the next frame; undefined until a page says it
    let position = entry === undefined ? link.startPosition : undefined;
    let isPrimer = entry === undefined && codec.isPrimed;
    const anchor = entry?.position ?? 0;
    const assembly = new PacketAssembly();
    const decoder = await codec.open();
    try {
      for (let at = entry?.offset ?? link.start; (position ?? -Infinity) < to;) {
        const placed = await this.#pages.from(at);
        if (placed === undefined || (placed.page.flags & oggFlag.first) !== 0) return;
        const { page } = placed;
        at = placed.end;
        if (page.serial !== serial) continue;
        const packets = assembly.add(page);
        // what is missing has an unknown length: the end of the page says where the sound goes on
        if (assembly.hasGap && position !== undefined) position = undefined;
        for (const packet of position === undefined ? [] : packets) {
          const sides = await decoder.decode(packet);
          if (!isPrimer) position = place(sides, position!);
          isPrimer = false;
        }
        if (position === undefined && packets.length > 0 && page.position >= anchor) {
          if (codec.isPrimed) await decoder.decode(packets.at(-1)!);
          position = page.position;
        }
      }
    } finally {
      decoder.free();
    }

    /** Puts decoded frames where they belong, and returns the position behind them. */
    function place(sides: readonly Float32Array[], at: number): number {
      const frames = sides[0]?.length ?? 0;
      const start = Math.max(at, from);
      const end = Math.min(at + frames, to);
      if (start < end) {
        rooms.forEach((room, channel) =>
          room.set(sides[channel].subarray(start - at, end - at), start - from)
        );
      }
      return at + frames;
    }
  }
}
