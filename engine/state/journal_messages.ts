/** Messages between the main isolate and the thread of the journal. */
import type { ChunkType, SessionHeader, SessionMark, SessionSummary } from "../session/session_format.ts";

/** The data that the thread begins with. */
export interface JournalStart {
  readonly buffer: SharedArrayBuffer;
  /** Path of the shared object: the thread plays no sound, so it takes the processor behind all others. */
  readonly nativeLibrary: string;
  /** Folder of the journal; it exists. */
  readonly folder: string;
  /** One word: bytes of messages handled, wraps. */
  readonly handled: SharedArrayBuffer;
}

/** The part of a header that stays the same in every file of an engine. */
export type JournalHeader = Omit<SessionHeader, "patch" | "patchSha256" | "startBlock" | "startLogPosition">;

/** A message to the thread. */
export type JournalRequest =
  /** A new beginning: what was recorded before does not connect to what follows. */
  | {
    readonly kind: "begin";
    readonly header: JournalHeader;
    readonly patches: readonly Uint8Array[];
    /** What is held from before; omitted: what the thread knows. */
    readonly held?: Pick<SessionMark, "heldNotes" | "heldPedals">;
  }
  /** A payload of the session format. */
  | { readonly kind: "chunk"; readonly type: ChunkType; readonly payload: Uint8Array }
  /** Write this snapshot slot, which nobody changes before the answer; undefined: the initial state, at the first block. */
  | { readonly kind: "snapshot"; readonly slot: number | undefined }
  /** The engine ends. */
  | { readonly kind: "close"; readonly summary: SessionSummary };

/** A message from the thread. */
export type JournalReport =
  /** The snapshot is in the file, which now is the one that a restart reads; the initial state needs a block besides. */
  | { readonly kind: "written"; readonly bytes: number }
  /** The first block behind the initial state is on the disk: a restart goes on from it. */
  | { readonly kind: "played" }
  /** The slot is not read any more, whether or not the snapshot was written. */
  | { readonly kind: "returned" }
  /** Nothing is recorded until the next `begin`. */
  | { readonly kind: "failed"; readonly problem: string }
  | { readonly kind: "closed" };
