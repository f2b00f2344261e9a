/** Root note and loop of a RIFF file: chunks `smpl` and `inst` (Microsoft, IBM: Multimedia Data Standards Update, 1994). */
import type { SoundFile } from "./sound_file.ts";

/** What the chunks say; `notes` is what this program does not play as they say. */
export type StatedPitch = Pick<SoundFile, "rootNote" | "loop"> & { readonly notes: readonly string[] };

const headerBytes = 36;
const loopBytes = 24;

/** Directions by their `dwType`; from 32 on makers have their own. */
const kinds = ["forward", "alternating", "backward"] as const;

/** Reads what is there: broken metadata is left out, and noted. */
export function readSamplerChunk(
  smpl: DataView | undefined,
  inst: DataView | undefined,
  littleEndian: boolean,
): StatedPitch {
  if (smpl === undefined || smpl.byteLength < headerBytes) {
    if (inst === undefined || inst.byteLength < 2) return { notes: [] };
    return { rootNote: inst.getUint8(0) - inst.getInt8(1) / 100, notes: [] };
  }
  const long = (at: number) => smpl.getUint32(at, littleEndian);
  const rootNote = long(12) + long(16) / 2 ** 32;
  const stated = long(28);
  const there = Math.min(stated, Math.floor((smpl.byteLength - headerBytes) / loopBytes));
  const notes = there < stated ? [`it announces ${stated} loops and holds ${there}`] : [];
  if (there === 0) return { rootNote, notes };
  const [type, start, last, , playCount] = [4, 8, 12, 16, 20].map((at) => long(headerBytes + at));
  if (there > 1) notes.push(`the first of its ${there} loops is played`);
  const kind = kinds[type] ?? "forward";
  if (type >= kinds.length) notes.push(`its loop is of type ${type} and is played forward`);
  const loop = {
    start,
    last,
    ...(kind === "forward" ? {} : { kind }),
    ...(playCount > 0 ? { playCount } : {}),
  };
  return { rootNote, loop, notes };
}
