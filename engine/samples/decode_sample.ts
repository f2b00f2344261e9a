/**
 * From the bytes of a sound file to frames. The first bytes tell the kind of file, not its name. Nothing is resampled: the
 * patch accounts for the rate. Decoding takes long and its input is foreign, so it runs in a process of its own.
 */
import type { DecodedSample } from "../../compiler/graph/sample_bank.ts";
import { isAiff, readAiff } from "./aiff_reader.ts";
import { idAt } from "../sound_files/chunks.ts";
import { isFlac, readFlac } from "./flac_reader.ts";
import { bytesInMemory } from "../streams/source/byte_source.ts";
import { checkFrames, checkSoundFormat } from "./sound_format.ts";
import { isOgg, isOpusHead, isVorbis, readOggStreams } from "./ogg_reader.ts";
import { oggFlac } from "./ogg_flac.ts";
import { SampleError } from "./sample_error.ts";
import type { SoundFile, StatedLoop } from "./sound_file.ts";
import { SoundFileError } from "../sound_files/sound_file_error.ts";
import { checkAmplitudes } from "../sound_files/stored_numbers.ts";
import { mustUnroll, unrollLoop } from "./unroll_loop.ts";
import { isWav, readWav } from "./wav_reader.ts";

/** More sentences about one file than are told: a file may be damaged at each of its frames. */
const maxNotes = 8;

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
  const played = loopOf(channels, loop ?? { start: 0, last: frames - 1 }, (note) => told.push(note));
  // 0 is what programs write that know of no root note, as REAPER beside a loop
  const isNote = rootNote > 0 && rootNote < 128;
  if (!isNote) told.push(`its root note ${rootNote} is none, it is taken as ${middleC}`);
  return {
    ...{ name, sampleRateHz, rootNote: isNote ? rootNote : middleC, ...played },
    notes: told.map((note) => `sample ${name}: ${note}`),
  };
}

/** The channels with the loop that the file states, which may be impossible. */
function loopOf(
  channels: readonly Float32Array[],
  stated: StatedLoop,
  tell: (note: string) => void,
): Pick<DecodedFile, "channels" | "frames" | "loopStart" | "loopEnd"> {
  const [{ length: frames }] = channels;
  const { start } = stated;
  const last = Math.min(stated.last, frames - 1);
  const text = `its loop from frame ${start} to ${stated.last}`;
  if (start > last) {
    tell(`${text} cannot be; all ${frames} frames are its loop`);
    return { channels, loopStart: 0, loopEnd: frames };
  }
  if (last < stated.last) tell(`${text} ends with its last frame, ${last}`);
  const forward = { channels, loopStart: start, loopEnd: last + 1 };
  if (!mustUnroll({ ...stated, last })) return forward;
  const unrolled = unrollLoop(channels, { ...stated, last });
  if (unrolled === undefined) {
    tell(`${text} is too long to be unrolled: it is played forward, again and again`);
  }
  return unrolled ?? forward;
}

/** Decodes by the first bytes. Throws SoundFileError. */
async function readSound(bytes: Uint8Array<ArrayBuffer>): Promise<SoundFile> {
  if (isWav(bytes)) return readWav(bytes);
  if (isAiff(bytes)) return readAiff(bytes);
  if (isFlac(bytes)) return readFlac(bytes);
  if (isOgg(bytes)) {
    const streams = readOggStreams(
      bytes,
      (packet) => isVorbis(packet) || isOpusHead(packet) || oggFlac.isFirst(packet),
    );
    const [first] = streams[0].pages[0].packets;
    if (first !== undefined && isOpusHead(first)) return await readStreamed(bytes);
    if (first !== undefined && oggFlac.isFirst(first)) return readFlac(oggFlac.unwrap(streams));
    // loaded on demand: the library is larger than all the rest
    const { readVorbis } = await import("./vorbis_reader.ts");
    const sound = await readVorbis(streams);
    sound.channels.forEach(checkAmplitudes);
    return sound;
  }
  return await readStreamed(bytes);
}

/** Reads what the streams of the engine can read too, as they read it. Throws SoundFileError. */
async function readStreamed(bytes: Uint8Array<ArrayBuffer>): Promise<SoundFile> {
  const notes: string[] = [];
  const { openFileSound } = await import("../streams/source/open_file_sound.ts");
  const sound = await openFileSound(bytesInMemory(bytes), (text) => {
    if (notes.length < maxNotes && !notes.includes(text)) notes.push(text);
  });
  const { channels, sampleRateHz } = sound;
  checkSoundFormat({ channels, sampleRateHz });
  const frames = await sound.measure();
  checkFrames(frames);
  const sides = await sound.read(0, frames);
  sides.forEach(checkAmplitudes);
  return { channels: sides, sampleRateHz, notes };
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
