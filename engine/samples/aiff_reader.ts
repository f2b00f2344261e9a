/**
 * AIFF (Apple 1989) and AIFF-C (Apple 1991), uncompressed or by G.711. Loop and pitch are in the chunks `INST` and `MARK`.
 */
import { readAiffFormat } from "../sound_files/aiff_format.ts";
import {
  boundedSound,
  type Chunk,
  chunksOf,
  type ChunkWalk,
  contentOf,
  idAt,
} from "../sound_files/chunks.ts";
import type { SoundFile, StatedLoop } from "./sound_file.ts";
import { SoundFileError } from "../sound_files/sound_file_error.ts";
import { checkFrames, checkSoundFormat } from "./sound_format.ts";
import { readCheckedNumbers } from "../sound_files/stored_numbers.ts";

/** Offset and size of a block, before the sound. */
const soundHeadBytes = 8;

/** Whether a file begins as AIFF. */
export function isAiff(bytes: Uint8Array): boolean {
  return idAt(bytes, 0) === "FORM" && ["AIFF", "AIFC"].includes(idAt(bytes, 8));
}

/** Decodes an AIFF file. Throws SoundFileError. */
export function readAiff(bytes: Uint8Array): SoundFile {
  const parts = new Map<string, Chunk>();
  const walk: ChunkWalk = { bytes, from: 12, littleEndian: false };
  let isOpen = false;
  for (const chunk of chunksOf(walk)) {
    const part = chunk.id === "SSND" ? boundedSound(chunk, walk, soundHeadBytes) : chunk;
    if (parts.has(part.id)) continue;
    parts.set(part.id, part);
    isOpen ||= part !== chunk;
  }
  const content = (id: string) => contentOf(bytes, parts.get(id));
  const common = content("COMM");
  if (common === undefined) throw new SoundFileError("it has no format (chunk `COMM`)");
  const isCompressed = idAt(bytes, 8) === "AIFC";
  const { stored: format, channels, sampleRateHz, frames } = readAiffFormat(common, isCompressed);
  checkSoundFormat({ channels, sampleRateHz });
  const frameBytes = channels * format.bytes;
  const all = soundOf(bytes, parts.get("SSND"));
  // a program that did not know the size of the sound did not know its frames, nor did one that states none beside a sound
  const stated = isOpen ? 0 : frames;
  const there = Math.floor(all.length / frameBytes);
  const part = parts.get("SSND");
  // a chunk that is there to its end was not cut off: it is right, and the number of frames is wrong
  const isWhole = part !== undefined && part.start + part.size === part.end;
  const announced = stated === 0 || (isWhole && there > 0) ? Math.min(there, stated || there) : stated;
  checkFrames(announced);
  const sizeBytes = announced * frameBytes;
  const sound = all.subarray(0, sizeBytes);
  if (sound.length < sizeBytes) {
    throw new SoundFileError(
      `it breaks off after ${Math.floor(sound.length / frameBytes)} of ${announced} frames`,
      "copy or export it again",
    );
  }
  const instrument = readInstrument(content("INST"), content("MARK"));
  const short = announced < stated ? [`it states ${stated} frames and holds ${announced}`] : [];
  return {
    ...instrument,
    channels: readCheckedNumbers(sound, format, channels),
    sampleRateHz,
    notes: [...short, ...instrument.notes ?? []],
  };
}

/** The sound behind the offset that its chunk begins with. */
function soundOf(bytes: Uint8Array, part: Chunk | undefined): Uint8Array {
  if (part === undefined || part.end - part.start < soundHeadBytes) return new Uint8Array();
  const offset = new DataView(bytes.buffer, bytes.byteOffset + part.start).getUint32(0);
  return bytes.subarray(Math.min(part.start + soundHeadBytes + offset, part.end), part.end);
}

function readInstrument(
  inst: DataView | undefined,
  mark: DataView | undefined,
): Pick<SoundFile, "rootNote" | "loop" | "notes"> {
  if (inst === undefined || inst.byteLength < 20) return {};
  const rootNote = inst.getUint8(0) - inst.getInt8(1) / 100;
  const [mode, first, last] = [8, 10, 12].map((at) => inst.getUint16(at));
  if (mode === 0) return { rootNote };
  const marks = markers(mark);
  const [start, end] = [marks.get(first), marks.get(last)];
  if (start === undefined || end === undefined) return { rootNote, notes: ["its loop lacks its markers"] };
  // a marker lies between two frames: the loop ends with the frame before the second one
  const loop: StatedLoop = { start, last: end - 1, ...(mode === 2 ? { kind: "alternating" } : {}) };
  const notes = inst.getUint16(14) === 0 ? [] : ["its loop for released notes is not played"];
  return { rootNote, loop, notes };
}

/** Positions of the markers by their number. */
function markers(mark: DataView | undefined): ReadonlyMap<number, number> {
  const found = new Map<number, number>();
  if (mark === undefined || mark.byteLength < 2) return found;
  const count = mark.getUint16(0);
  for (let index = 0, at = 2; index < count && at + 7 <= mark.byteLength; index++) {
    found.set(mark.getUint16(at), mark.getUint32(at + 2));
    const nameBytes = mark.getUint8(at + 6) + 1;
    at += 6 + nameBytes + nameBytes % 2;
  }
  return found;
}
