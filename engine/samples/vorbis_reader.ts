/**
 * Ogg Vorbis: the library decodes packets, and the positions of the pages say which of its frames belong to the sound (Vorbis I,
 * A.2). Each stream of a chain is decoded with its own headers.
 */
import { joinBlocks } from "./join_blocks.ts";
import { OggVorbisDecoder } from "@wasm-audio-decoders/ogg-vorbis";
import { codecFrames, data, header, type OggPage as LibraryPage, vorbisSetup } from "codec-parser";
import { isVorbis, type OggPage, type OggStream } from "./ogg_reader.ts";
import type { SoundFile } from "./sound_file.ts";
import { SoundFileError } from "../sound_files/sound_file_error.ts";
import { checkFrames, checkSoundFormat } from "./sound_format.ts";

/** Decodes the streams of a file, one after the other. Throws SoundFileError. */
export async function readVorbis(streams: readonly OggStream[]): Promise<SoundFile> {
  const formats = streams.map(formatOf);
  const [first] = formats;
  const sounds: Float32Array[][] = [];
  const notes: string[] = [];
  let frames = 0;
  for (const [index, stream] of streams.entries()) {
    const { channels, sampleRateHz } = formats[index];
    checkSoundFormat(formats[index]);
    if (channels !== first.channels || sampleRateHz !== first.sampleRateHz) {
      throw new SoundFileError(
        `its streams differ: ${first.channels} x ${first.sampleRateHz} Hz, then ${channels} x ${sampleRateHz} Hz`,
        "export it as one",
      );
    }
    const sound = await decodeStream(stream, frames);
    frames += sound[0].length;
    sounds.push(sound);
    if (stream.missingPages > 0) {
      notes.push(`${stream.missingPages} of its pages are missing, and it is shorter`);
    }
    if (!stream.pages.at(-1)!.isLast) notes.push("its last page is not marked as the last: it may break off");
  }
  const channels = joinBlocks(sounds, { channels: first.channels, frames });
  return { channels, sampleRateHz: first.sampleRateHz, notes };
}

function formatOf({ pages }: OggStream): { channels: number; sampleRateHz: number } {
  const [packet] = pages[0].packets;
  if (packet === undefined || !isVorbis(packet)) {
    throw new SoundFileError("it is damaged: its description breaks off");
  }
  const sampleRateHz = new DataView(packet.buffer, packet.byteOffset).getUint32(12, true);
  return { channels: packet[11], sampleRateHz };
}

/** Positions of frames on the pages of a stream. */
class Positions {
  /** Position of the first frame that was decoded. */
  first: number | undefined;
  /** Position behind the last one. */
  last: number | undefined;

  /** Takes a page whose packets end after `frames` frames. */
  take({ position, isLast }: OggPage, frames: number): void {
    if (position < 0) return;
    // a stream of one page that ends early lacks frames at its end, another one at its beginning
    this.first ??= isLast ? Math.max(0, position - frames) : position - frames;
    this.last = position;
  }

  /** The frames to keep of those that were decoded: more precede the position 0, or follow the last position. */
  within(decoded: number): readonly [start: number, end: number] {
    const { first = 0, last = Infinity } = this;
    return [Math.min(decoded, Math.max(0, -first)), Math.max(0, Math.min(decoded, last - first))];
  }
}

async function decodeStream({ pages }: OggStream, before: number): Promise<Float32Array[]> {
  const positions = new Positions();
  const blocks: Float32Array[][] = [];
  let frames = 0;
  let isDescribed = false;
  const decoder = new OggVorbisDecoder();
  await decoder.ready;
  try {
    const packets = headerPackets(pages);
    for (const page of pages) {
      const audio = page.packets.filter((packet) => !packets.includes(packet));
      if (audio.length === 0) continue;
      const [description, , setup] = packets;
      const given = isDescribed ? [] : [{ [data]: description, [codecFrames]: [] }];
      const frame = (packet: Uint8Array) => ({ [header]: { [vorbisSetup]: setup }, [data]: packet });
      const asked = [...given, { [data]: audio[0], [codecFrames]: audio.map(frame) }];
      const { channelData, samplesDecoded, errors } = await decoder.decodeOggPages(
        asked as unknown as LibraryPage[],
      );
      isDescribed = true;
      if (errors.length > 0) throw new SoundFileError(`it is damaged (${errors[0].message.trim()})`);
      frames += samplesDecoded;
      checkFrames(before + frames);
      blocks.push(channelData);
      positions.take(page, frames);
    }
  } finally {
    decoder.free();
  }
  const [start, end] = positions.within(frames);
  const count = pages[0].packets[0][11];
  return joinBlocks(blocks, { channels: count, frames }).map((whole) => whole.subarray(start, end));
}

/** The three packets before the sound. */
function headerPackets(pages: readonly OggPage[]): readonly Uint8Array[] {
  const packets: Uint8Array[] = [];
  for (const page of pages) {
    packets.push(...page.packets.slice(0, 3 - packets.length));
    if (packets.length === 3) break;
  }
  const isHeader = (packet: Uint8Array, index: number) =>
    packet[0] === index * 2 + 1 && String.fromCharCode(...packet.subarray(1, 7)) === "vorbis";
  if (packets.length < 3 || !packets.every(isHeader)) {
    throw new SoundFileError("it is damaged: its headers break off");
  }
  return packets;
}
