import type { StreamedFile } from "../streams/streamed_file.ts";
import {
  type ChunkType,
  decodeFile,
  decodeJson,
  decodeLate,
  decodeMark,
  decodePatch,
  decodeSnapshot,
  type RecordedPatch,
  type RecordedSnapshot,
  type SessionHeader,
  type SessionMark,
} from "../session/session_format.ts";
import { isSavedShow, type SavedShow } from "../show/saved_show.ts";
import { SessionReader } from "../session/session_reader.ts";

/** Commands or blocks of a journal, as words. */
export interface JournalPart {
  readonly type: Extract<ChunkType, "CMDS" | "BLKS">;
  readonly words: Int32Array<ArrayBuffer>;
}

/** Everything whole that is in a journal. */
export interface JournalContent {
  readonly header: SessionHeader;
  readonly patches: readonly RecordedPatch[];
  /** In the order of the file; empty: only the initial state is known. */
  readonly snapshots: readonly RecordedSnapshot[];
  /** In the order of the file. */
  readonly parts: readonly JournalPart[];
  /** Captured samples by block. */
  readonly inputs: ReadonlyMap<number, Float32Array<ArrayBuffer>>;
  readonly quarantined: ReadonlySet<number>;
  /** Files that players may have played, by their numbers; the players that were late, one bit each, by block. */
  readonly files: ReadonlyMap<number, StreamedFile>;
  readonly late: ReadonlyMap<number, number>;
  /** The show as it was told last, if one played. */
  readonly show: SavedShow | undefined;
  /** The last mark. */
  readonly mark: SessionMark | undefined;
  /** The commands that follow the last mark, as words of whole entries. */
  readonly afterMark: readonly Int32Array<ArrayBuffer>[];
}

/** Reads a journal up to its last whole chunk. Throws `SessionDamagedError` when not even its beginning is whole. */
export async function readJournal(path: string): Promise<JournalContent> {
  const reader = await SessionReader.open(path);
  try {
    await reader.rewind();
    return await readChunks(reader);
  } finally {
    reader.close();
  }
}

async function readChunks(reader: SessionReader): Promise<JournalContent> {
  const patches: RecordedPatch[] = [];
  const snapshots: RecordedSnapshot[] = [];
  const parts: JournalPart[] = [];
  const inputs = new Map<number, Float32Array<ArrayBuffer>>();
  const quarantined = new Set<number>();
  const files = new Map<number, StreamedFile>();
  const late = new Map<number, number>();
  let show: Partial<SavedShow> | undefined;
  let mark: SessionMark | undefined;
  let afterMark: Int32Array<ArrayBuffer>[] = [];
  for (let chunk = await reader.next(); chunk; chunk = await reader.next()) {
    const { type, payload } = chunk;
    switch (type) {
      case "PTCH":
        patches.push(decodePatch(payload));
        break;
      case "SNAP":
        snapshots.push(decodeSnapshot(payload));
        break;
      case "CMDS":
      case "BLKS": {
        const words = new Int32Array(payload.buffer);
        parts.push({ type, words });
        if (type === "CMDS") afterMark.push(words.subarray(1));
        break;
      }
      case "INPT":
        inputs.set(new Int32Array(payload.buffer, 0, 1)[0], new Float32Array(payload.buffer, 4));
        break;
      case "FILE": {
        const file = decodeFile(payload);
        files.set(file.number, file);
        break;
      }
      case "SHOW": // its text is there where it has changed
        show = { ...show, ...decodeJson(payload) as Partial<SavedShow> };
        break;
      case "LATE":
        decodeLate(payload).forEach(([block, players]) => late.set(block, players));
        break;
      case "QUAR":
        quarantined.add(new Int32Array(payload.buffer)[0]);
        break;
      case "MARK":
        mark = decodeMark(payload);
        afterMark = [];
    }
  }
  return {
    header: reader.header,
    patches,
    snapshots,
    parts,
    inputs,
    quarantined,
    files,
    late,
    show: isSavedShow(show) ? show : undefined,
    mark,
    afterMark,
  };
}
