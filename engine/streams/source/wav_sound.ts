/** WAV of any length: RIFF, RIFX, RF64 (EBU Tech 3306), BW64 (ITU-R BS.2088). */
import { idAt } from "../../sound_files/chunks.ts";
import { SoundFileError } from "../../sound_files/sound_file_error.ts";
import { readWavFormat } from "../../sound_files/wav_format.ts";
import type { ByteSource } from "./byte_source.ts";
import { boundedSoundChunk, type FileChunk, fileChunks, type FileChunkWalk } from "./file_chunks.ts";
import { checkFileFormat } from "./file_format.ts";
import type { FileSound, Warn } from "./file_sound.ts";
import { pcmSound } from "./pcm_sound.ts";

/** Bytes of the sound that tell how its numbers are stored. */
const lookBytes = 2 ** 15;

/** A format is far shorter. */
const maxFormatBytes = 2 ** 12;

/** Opens a file that begins as WAV. Throws SoundFileError. */
export async function openWav(bytes: ByteSource, warn: Warn): Promise<FileSound> {
  const kind = idAt(await bytes.read(0, 4), 0);
  const littleEndian = kind !== "RIFX";
  const walk: FileChunkWalk = { bytes, from: 12, littleEndian, sizeOf: await longSizes(bytes, kind) };
  let fmt: FileChunk | undefined;
  let data: FileChunk | undefined;
  for await (const chunk of fileChunks(walk)) {
    if (chunk.id === "fmt ") fmt ??= chunk;
    if (chunk.id === "data") data ??= await boundedSoundChunk(chunk, walk);
    if (fmt !== undefined && data !== undefined) break;
  }
  if (fmt === undefined || fmt.end - fmt.start < 14) {
    throw new SoundFileError("it has no format (chunk `fmt `)");
  }
  if (data === undefined) throw new SoundFileError("it has no sound (chunk `data`)");
  const format = await bytes.read(fmt.start, Math.min(fmt.end - fmt.start, maxFormatBytes));
  const { stored, channels, sampleRateHz, notes } = readWavFormat(
    new DataView(format.buffer, format.byteOffset, format.byteLength),
    littleEndian,
    {
      check: checkFileFormat,
      sound: await bytes.read(data.start, Math.min(data.end - data.start, lookBytes)),
    },
  );
  notes.forEach(warn);
  const frameBytes = stored.bytes * channels;
  const frames = Math.floor((data.end - data.start) / frameBytes);
  const announced = Math.floor(data.size / frameBytes);
  if (frames < announced) {
    warn(
      `it breaks off at byte ${data.end}, after ${frames} of ${announced} frames; copy or export it again`,
    );
  }
  const names: Readonly<Record<string, string>> = { RIFF: "WAV", RIFX: "WAV (RIFX)" };
  return pcmSound(
    bytes,
    { kind: names[kind] ?? kind, channels, sampleRateHz, stored, start: data.start, frames },
    warn,
  );
}

/** The sizes of 64 bits that the first chunk of RF64 and BW64 holds for those that state 2^32 - 1. */
async function longSizes(bytes: ByteSource, kind: string): Promise<FileChunkWalk["sizeOf"]> {
  const head = await bytes.read(0, 2 ** 12);
  if (!["RF64", "BW64"].includes(kind) || idAt(head, 12) !== "ds64" || head.length < 48) return;
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const long = (at: number) => Number(view.getBigUint64(at, true));
  const sizes = new Map([["data", long(28)]]);
  const end = Math.min(20 + view.getUint32(16, true), head.length) - 12;
  const count = view.getUint32(44, true);
  for (let index = 0, at = 48; index < count && at <= end; index++, at += 12) {
    sizes.set(idAt(head, at), long(at + 4));
  }
  return (id, size) => {
    const found = size === 0xffff_ffff ? sizes.get(id) ?? size : size;
    // a size that no file has was not known to its program
    return found > Number.MAX_SAFE_INTEGER ? size : found;
  };
}
