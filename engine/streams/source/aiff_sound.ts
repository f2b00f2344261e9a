/** AIFF and AIFF-C of any length. */
import { readAiffFormat } from "../../sound_files/aiff_format.ts";
import { idAt } from "../../sound_files/chunks.ts";
import { SoundFileError } from "../../sound_files/sound_file_error.ts";
import type { ByteSource } from "./byte_source.ts";
import { boundedSoundChunk, type FileChunk, fileChunks, type FileChunkWalk } from "./file_chunks.ts";
import { checkFileFormat } from "./file_format.ts";
import type { FileSound, Warn } from "./file_sound.ts";
import { pcmSound } from "./pcm_sound.ts";

/** Offset and size of a block, before the sound. */
const soundHeadBytes = 8;

/** A format is far shorter. */
const maxFormatBytes = 2 ** 12;

/** Opens a file that begins as AIFF. Throws SoundFileError. */
export async function openAiff(bytes: ByteSource, warn: Warn): Promise<FileSound> {
  const isCompressed = idAt(await bytes.read(0, 12), 8) === "AIFC";
  const walk: FileChunkWalk = { bytes, from: 12, littleEndian: false };
  let common: FileChunk | undefined;
  let stated: FileChunk | undefined;
  for await (const chunk of fileChunks(walk)) {
    if (chunk.id === "COMM") common ??= chunk;
    if (chunk.id === "SSND") stated ??= chunk;
    if (common !== undefined && stated !== undefined) break;
  }
  if (common === undefined) throw new SoundFileError("it has no format (chunk `COMM`)");
  const format = await bytes.read(common.start, Math.min(common.end - common.start, maxFormatBytes));
  const { frames: announced, ...place } = readAiffFormat(
    new DataView(format.buffer, format.byteOffset, format.byteLength),
    isCompressed,
  );
  checkFileFormat(place);
  const kind = isCompressed ? "AIFF-C" : "AIFF";
  if (stated === undefined) {
    if (announced > 0) throw new SoundFileError("it has no sound (chunk `SSND`)");
    return pcmSound(bytes, { kind, ...place, start: 0, frames: 0 }, warn);
  }
  const sound = await boundedSoundChunk(stated, walk, soundHeadBytes);
  const head = await bytes.read(sound.start, soundHeadBytes);
  const offset = head.length < 4 ? 0 : new DataView(head.buffer, head.byteOffset).getUint32(0);
  const start = Math.min(sound.start + soundHeadBytes + offset, sound.end);
  const there = Math.floor((sound.end - start) / (place.stored.bytes * place.channels));
  // a program that did not know the size of the sound did not know its frames, nor did one that states none beside a sound
  const isOpen = sound !== stated || announced === 0;
  const frames = isOpen ? there : Math.min(there, announced);
  if (!isOpen && there < announced) {
    warn(
      `it breaks off at byte ${sound.end}, after ${there} of ${announced} frames; copy or export it again`,
    );
  }
  return pcmSound(bytes, { kind, ...place, start, frames }, warn);
}
