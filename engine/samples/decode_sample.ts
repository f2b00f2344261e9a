/**
 * From the bytes of a sound file to frames. The first bytes tell the kind of file, not its name. Nothing is resampled: the
 * patch accounts for the rate. Decoding takes long and its input is foreign, so it runs in a process of its own.
 */
import type { DecodedSample } from "../../compiler/graph/sample_bank.ts";
import { isAiff, readAiff } from "./aiff_reader.ts";
import { idAt } from "../sound_files/chunks.ts";
import { isFlac, readFlac } from "./flac_reader.ts";
import { isOgg, isVorbis, readOggStreams } from "./ogg_reader.ts";
import { oggFlac } from "./ogg_flac.ts";
import { SampleError } from "./sample_error.ts";
import type { SoundFile } from "./sound_file.ts";
import { SoundFileError } from "../sound_files/sound_file_error.ts";
import { checkAmplitudes } from "../sound_files/stored_numbers.ts";
import { isWav, readWav } from "./wav_reader.ts";

/** Where a file says nothing about its pitch. */
const middleC = 60;

/** A file with what was not taken as it states it, one sentence each. */
export interface DecodedFile extends Omit<DecodedSample, "sha256"> {
  readonly notes: readonly string[];
}

/**
 * Decodes a file.
 *
 * @param name as the patch names it, for error texts
 * @throws {SampleError} when it is none of the accepted kinds, is damaged, or does not fit
 */
export async function decodeSample(name: string, bytes: Uint8Array<ArrayBuffer>): Promise<DecodedFile> {
  const fail = (problem: string, cause?: unknown): never => {
    throw new SampleError(`sample ${name}: ${problem}`, { cause });
  };
  const sound = await readSound(withoutTag(bytes)).catch((cause: Error) =>
    cause instanceof SoundFileError
      ? fail(cause.message, cause)
      : fail(`cannot be decoded: ${cause.message.trim()}; export it again`, cause)
  );
  const { channels, sampleRateHz, rootNote = middleC, loop, notes = [] } = sound;
  const frames = channels[0].length;
  if (frames === 0) fail("expected sound, found none; export it again");
  const told = [...notes];
  const whole = { loopStart: 0, loopEnd: frames };
  let played = whole;
  if (loop !== undefined) {
    const { start, last } = loop;
    const loopEnd = Math.min(last + 1, frames);
    if (start < loopEnd) played = { loopStart: start, loopEnd };
    const text = `its loop from frame ${start} to ${last}`;
    if (played === whole) told.push(`${text} cannot be; all ${frames} frames are its loop`);
    else if (loopEnd <= last) told.push(`${text} ends with its last frame, ${frames - 1}`);
  }
  // 0 is what programs write that know of no root note, as REAPER beside a loop
  const isNote = rootNote > 0 && rootNote < 128;
  if (!isNote) told.push(`its root note ${rootNote} is none, it is taken as ${middleC}`);
  return {
    ...{ name, channels, sampleRateHz, rootNote: isNote ? rootNote : middleC, ...played },
    notes: told.map((note) => `sample ${name}: ${note}`),
  };
}

/** Decodes by the first bytes. Throws SoundFileError. */
async function readSound(bytes: Uint8Array<ArrayBuffer>): Promise<SoundFile> {
  if (isWav(bytes)) return readWav(bytes);
  if (isAiff(bytes)) return readAiff(bytes);
  if (isFlac(bytes)) return readFlac(bytes);
  if (isOgg(bytes)) {
    const streams = readOggStreams(bytes, (packet) => isVorbis(packet) || oggFlac.isFirst(packet));
    const [first] = streams[0].pages[0].packets;
    if (first !== undefined && oggFlac.isFirst(first)) return readFlac(oggFlac.unwrap(streams));
    // loaded on demand: the library is larger than all the rest
    const { readVorbis } = await import("./vorbis_reader.ts");
    const sound = await readVorbis(streams);
    sound.channels.forEach(checkAmplitudes);
    return sound;
  }
  throw new SoundFileError(
    `expected WAV, AIFF, FLAC or Ogg Vorbis, found ${kindOf(bytes)}`,
    "export it as one of them",
  );
}

/** Marks of other kinds of file, and where they are. */
const otherKinds: readonly (readonly [mark: string, kind: string, at: number])[] = [
  ["ftyp", "MP4", 4],
  ["caff", "CAF", 0],
  [".snd", "AU", 0],
  ["riff", "Wave64", 0],
  ["wvpk", "WavPack", 0],
  ["MAC ", "Monkey's Audio", 0],
  ["\x30\x26\xb2\x75", "WMA", 0],
  ["\x1a\x45\xdf\xa3", "Matroska or WebM", 0],
  ["8SVX", "8SVX", 8],
];

function kindOf(bytes: Uint8Array): string {
  if (bytes.length === 0) return "an empty file";
  const [, kind] = otherKinds.find(([mark, , at]) => idAt(bytes, at) === mark) ?? [];
  if (kind !== undefined) return kind;
  if (bytes[0] === 0xff && bytes[1] === 0xf8) return "FLAC without its beginning";
  // eleven ones begin a frame of MPEG audio
  if (bytes[0] === 0xff && bytes[1] >= 0xe0) return (bytes[1] & 6) === 0 ? "AAC" : "MP3";
  return "something else";
}

/** What follows the tags (ID3v2) that some programs write before any kind of file. */
function withoutTag(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  let rest = bytes;
  while (idAt(rest, 0).startsWith("ID3") && rest.length >= 10) {
    const [a, b, c, d] = rest.subarray(6, 10);
    const footerBytes = (rest[5] & 16) !== 0 ? 10 : 0;
    rest = rest.subarray(10 + (a << 21 | b << 14 | c << 7 | d) + footerBytes);
  }
  return rest;
}
