/**
 * WAV files: RIFF (Microsoft, IBM 1991), its big-endian twin RIFX, RF64 (EBU Tech 3306) and BW64 (ITU-R BS.2088). The format
 * tag, or the SubFormat of WAVE_FORMAT_EXTENSIBLE, decides how numbers are stored; the size of the `data` chunk says how many
 * there are. Metadata that is broken never costs the sound.
 */
import {
  boundedSound,
  type Chunk,
  chunksOf,
  type ChunkWalk,
  contentOf,
  idAt,
} from "../sound_files/chunks.ts";
import { readSamplerChunk } from "./sampler_chunk.ts";
import type { SoundFile } from "./sound_file.ts";
import { SoundFileError } from "../sound_files/sound_file_error.ts";
import { checkSoundFormat } from "./sound_format.ts";
import { readCheckedNumbers } from "../sound_files/stored_numbers.ts";
import { readWavFormat } from "../sound_files/wav_format.ts";

/** Whether a file begins as WAV. */
export function isWav(bytes: Uint8Array): boolean {
  return ["RIFF", "RIFX", "RF64", "BW64"].includes(idAt(bytes, 0)) && idAt(bytes, 8) === "WAVE";
}

/** Decodes a WAV file. Throws SoundFileError. */
export function readWav(bytes: Uint8Array): SoundFile {
  const littleEndian = idAt(bytes, 0) !== "RIFX";
  const walk: ChunkWalk = { bytes, from: 12, littleEndian, sizeOf: longSizes(bytes) };
  const parts = new Map<string, Chunk>();
  for (const chunk of chunksOf(walk)) {
    const part = chunk.id === "data" ? boundedSound(chunk, walk) : chunk;
    if (!parts.has(part.id)) parts.set(part.id, part);
  }
  const content = (id: string) => contentOf(bytes, parts.get(id));
  const fmt = content("fmt ");
  if (fmt === undefined || fmt.byteLength < 14) throw new SoundFileError("it has no format (chunk `fmt `)");
  const data = parts.get("data");
  if (data === undefined) throw new SoundFileError("it has no sound (chunk `data`)");
  const sound = bytes.subarray(data.start, data.end);
  const { stored, channels, sampleRateHz, notes } = readWavFormat(fmt, littleEndian, {
    check: checkSoundFormat,
    sound,
  });
  const frameBytes = stored.bytes * channels;
  const [frames, announced] = [sound.length, data.size].map((size) => Math.floor(size / frameBytes));
  checkSoundFormat({ channels, sampleRateHz, frames });
  if (frames < announced) {
    throw new SoundFileError(
      `it breaks off after ${frames} of ${announced} frames`,
      "copy or export it again",
    );
  }
  const stated = readSamplerChunk(content("smpl"), content("inst"), littleEndian);
  return {
    ...stated,
    channels: readCheckedNumbers(sound, stored, channels),
    sampleRateHz,
    notes: [...notes, ...stated.notes],
  };
}

/** The sizes of 64 bits that the first chunk of RF64 and BW64 holds for those that state 2^32 - 1. */
function longSizes(bytes: Uint8Array): ChunkWalk["sizeOf"] {
  if (!["RF64", "BW64"].includes(idAt(bytes, 0)) || idAt(bytes, 12) !== "ds64" || bytes.length < 48) return;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const long = (at: number) => Number(view.getBigUint64(at, true));
  const sizes = new Map([["data", long(28)]]);
  const end = Math.min(20 + view.getUint32(16, true), bytes.length) - 12;
  const count = view.getUint32(44, true);
  for (let index = 0, at = 48; index < count && at <= end; index++, at += 12) {
    sizes.set(idAt(bytes, at), long(at + 4));
  }
  return (id, size) => size === 0xffff_ffff ? sizes.get(id) ?? size : size;
}
