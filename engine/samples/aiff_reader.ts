/**
 * AIFF (Apple 1989) and AIFF-C (Apple 1991), uncompressed or by G.711. Loop and pitch are in the chunks `INST` and `MARK`.
 */
import { boundedSound, type Chunk, chunksOf, type ChunkWalk, contentOf, idAt } from "./chunks.ts";
import type { SoundFile, StatedLoop } from "./sound_file.ts";
import { SoundFileError } from "./sound_file_error.ts";
import { checkFrames, checkSoundFormat } from "./sound_format.ts";
import { isStoredNumber, readStoredNumbers, type StoredNumber } from "./stored_numbers.ts";

/** What the codes of AIFF-C mean; where bytes are omitted, the number of bits decides. */
const codes: Readonly<Record<string, Partial<StoredNumber> & Pick<StoredNumber, "kind">>> = {
  NONE: { kind: "signed" },
  twos: { kind: "signed" },
  in16: { kind: "signed", bytes: 2 },
  in24: { kind: "signed", bytes: 3 },
  in32: { kind: "signed", bytes: 4 },
  sowt: { kind: "signed", littleEndian: true },
  "42ni": { kind: "signed", bytes: 3, littleEndian: true },
  "23ni": { kind: "signed", bytes: 4, littleEndian: true },
  "raw ": { kind: "unsigned", bytes: 1 },
  fl32: { kind: "float", bytes: 4 },
  FL32: { kind: "float", bytes: 4 },
  fl64: { kind: "float", bytes: 8 },
  FL64: { kind: "float", bytes: 8 },
  alaw: { kind: "a-law", bytes: 1 },
  ALAW: { kind: "a-law", bytes: 1 },
  ulaw: { kind: "mu-law", bytes: 1 },
  ULAW: { kind: "mu-law", bytes: 1 },
};

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
  if (common === undefined || common.byteLength < 18) {
    throw new SoundFileError("it has no format (chunk `COMM`)");
  }
  const format = storedNumber(common, idAt(bytes, 8) === "AIFC");
  const channels = common.getUint16(0);
  const sampleRateHz = extended(common, 8);
  checkSoundFormat({ channels, sampleRateHz });
  const frameBytes = channels * format.bytes;
  const all = soundOf(bytes, parts.get("SSND"));
  // a program that did not know the size of the sound did not know its frames, nor did one that states none beside a sound
  const stated = isOpen ? 0 : common.getUint32(2);
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
    channels: readStoredNumbers(sound, format, channels),
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

function storedNumber(common: DataView, isCompressed: boolean): StoredNumber {
  const bits = common.getUint16(6);
  const bytes = Math.ceil(bits / 8);
  if (isCompressed && common.byteLength < 22) {
    throw new SoundFileError("its format breaks off (chunk `COMM`)");
  }
  const code = isCompressed
    ? String.fromCharCode(...[18, 19, 20, 21].map((at) => common.getUint8(at)))
    : "NONE";
  const known = Object.hasOwn(codes, code) ? codes[code] : undefined;
  if (known === undefined) {
    throw new SoundFileError(
      `expected AIFF-C of ${Object.keys(codes).join(", ")}, found ${JSON.stringify(code)}`,
      "export it as PCM",
    );
  }
  const stored = { littleEndian: false, bytes, ...known };
  if (!isStoredNumber(stored)) throw new SoundFileError(`expected integers of 1 to 32 bits, found ${bits}`);
  return stored;
}

/** A number of 80 bits: sign, 15 bits of exponent, 64 of mantissa. */
function extended(view: DataView, at: number): number {
  const exponent = view.getUint16(at);
  if (exponent >= 0x8000) return NaN;
  return Number(view.getBigUint64(at + 2)) * 2 ** (exponent - 16_383 - 63);
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
