/** The next file of a session that goes on: it begins with a state instead of the first block. Main isolate. */
import { within } from "../memory/layout.ts";
import { snapshotArenaIndex, snapshotIndex } from "../memory/places.ts";
import { blocksBetween, type SharedMemory } from "../memory/shared_memory.ts";
import type { StreamedFile } from "../streams/streamed_file.ts";
import { decodePatch, encodeJson, encodeSnapshot, type RecordedSnapshot } from "./session_format.ts";
import { sessionHeader, type SessionStart } from "./session_header.ts";
import { SessionWriter } from "./session_writer.ts";

/** A patch as it is recorded. */
interface EncodedPatch {
  readonly number: number;
  readonly payload: Uint8Array<ArrayBuffer>;
}

export interface ContinuedSession extends Omit<SessionStart, "patch"> {
  readonly snapshot: RecordedSnapshot;
  /** Every patch that the log may still ask for, in the order of loading. */
  readonly patches: readonly EncodedPatch[];
  /** Files that players may have. */
  readonly files: readonly StreamedFile[];
  /** Positions of commands that are left out. */
  readonly quarantined: readonly number[];
  readonly onFailure: (error: Error) => void;
}

/**
 * Copies the snapshot in a slot that nobody writes now.
 *
 * @returns undefined where it stands before a block, or its patch is forgotten
 */
export function copySnapshot(
  memory: SharedMemory,
  slot: number,
  { from, patches }: { readonly from: number; readonly patches: readonly EncodedPatch[] },
): RecordedSnapshot | undefined {
  const header = snapshotIndex(memory, slot);
  const [block, logPosition, patch] = (["block", "logPosition", "patch"] as const).map((field) =>
    memory.words[header + within.snapshot[field].index]
  );
  const known = patches.find(({ number }) => number === patch);
  if (known === undefined || blocksBetween(block, from) < 0) return undefined;
  const first = snapshotArenaIndex(memory, slot) * 4;
  const { description: { arena } } = decodePatch(known.payload);
  const bytes = new Uint8Array(arena.bytes);
  bytes.set(memory.bytes.subarray(first, first + arena.bytes));
  return { block, logPosition, patch, arena: bytes };
}

/** Creates the file and writes everything that comes before the block of the snapshot. Throws `SessionFileError`. */
export async function continueSession(path: string, session: ContinuedSession): Promise<SessionWriter> {
  const { snapshot, patches, files, quarantined, onFailure, memory } = session;
  const { description, wasm } = decodePatch(patches.find(({ number }) => number === snapshot.patch)!.payload);
  const header = sessionHeader({ ...session, patch: { name: description.name, wasm } });
  const writer = await SessionWriter.create(path, {
    ...header,
    lookaheadBlocks: memory.lookaheadBlocks(),
    startBlock: snapshot.block >>> 0,
    startLogPosition: snapshot.logPosition >>> 0,
  }, onFailure);
  patches.forEach(({ payload }) => writer.write("PTCH", payload));
  files.forEach((file) => writer.write("FILE", encodeJson(file)));
  writer.write("SNAP", encodeSnapshot(snapshot));
  for (const position of quarantined) {
    writer.write("QUAR", new Uint8Array(new Int32Array([position]).buffer));
  }
  return writer;
}
