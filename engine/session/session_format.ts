/**
 * The session file: everything that made the sound, so that it can be made again.
 *
 * After 16 bytes of magic come chunks: type (4 ASCII letters), payload length in bytes, payload, CRC-32 of the payload;
 * all numbers little-endian. A file that was cut off is valid up to its last whole chunk.
 *
 * | type | payload |
 * |---|---|
 * | `HEAD` | JSON, {@link SessionHeader} |
 * | `PTCH` | a patch: its number (u32), length of its description (u32), the description (JSON, `PatchDescription`, with name and SHA-256 of each sample), its WebAssembly module; so a session can be rendered when the patch file is gone or changed. The first stands behind the header, one that was loaded later before the commands that ask for it |
 * | `CMDS` | position of the first entry (u32), then log entries of 8 words each, as in the log. An entry `anchor` says that no renderer could go on: the concealed blocks right before its block were rendered by none, and there they begin with the untouched state of its patch |
 * | `BLKS` | number of the first block (u32), then 3 words a block: low 16 bits of the seal and, above, the flags of the hand-over; checksum low; checksum high |
 * | `INPT` | block number (u32), then its captured samples, 32-bit float, interleaved |
 * | `QUAR` | position of a log entry that was made to do nothing (u32). Where it had been heard before it was found: also the block whose state renderers replayed from without it, and the block from which on those are heard (u32 each) |
 * | `SNAP` | block, log position, number of a patch (u32 each), then the arena of that patch at the start of the block. One that stands before the first command and block is the state that the session begins with; others may follow, for a reader that wants only the end |
 * | `MARK` | JSON, {@link SessionMark} |
 * | `FILE` | JSON, `StreamedFile`: a sound file that players may have played from the disk; before the commands that name it, and again once its checksum is known |
 * | `LATE` | pairs of a block and one bit for each player that was silent in it because its file was not read in time (u32 each); before or behind the blocks |
 * | `SHOW` | JSON, `SavedShow`: the show that plays and its last events, for a restart; a render does not need it. Its text is left out where it is that of the chunk before |
 * | `GAP ` | first block and number of blocks (u32 each) that could not be recorded; rendering ends before them |
 * | `DONE` | JSON, {@link SessionSummary}; missing when the process was ended by force |
 */
import { crc32 } from "../../foundation/crc32.ts";
import type { CompiledPatch, PatchDescription } from "../../compiler/graph/compiled_patch.ts";
import { isStreamedFile, type StreamedFile } from "../streams/streamed_file.ts";
import { SessionDamagedError } from "./session_damaged_error.ts";

export const sessionMagic: Uint8Array<ArrayBuffer> = new TextEncoder().encode("understudy sess5");

export type ChunkType =
  | "HEAD"
  | "PTCH"
  | "CMDS"
  | "BLKS"
  | "INPT"
  | "QUAR"
  | "SNAP"
  | "MARK"
  | "FILE"
  | "LATE"
  | "SHOW"
  | "GAP "
  | "DONE";

/** The settings that a render needs before the first block. */
export interface SessionHeader {
  readonly engineVersion: string;
  /** Name of the patch that it begins with. */
  readonly patch: string;
  /** SHA-256 of the patch's WebAssembly module, hexadecimal. */
  readonly patchSha256: string;
  readonly seed: number;
  readonly sampleRateHz: number;
  readonly blockFrames: number;
  readonly channels: number;
  readonly inputChannels: number;
  /** At the first block; later changes are in the log. */
  readonly lookaheadBlocks: number;
  /** Largest magnitude that the device got, as in `Dimensions`. */
  readonly ceiling: number;
  readonly startBlock: number;
  readonly startLogPosition: number;
  /** ISO 8601; for people, rendering does not read it. */
  readonly startedAt: string;
  /** What the engine was asked to play when it started, for a journal: another wish is not answered with the old state. */
  readonly asked?: {
    readonly patch: string;
    readonly tuning?: string;
    readonly tuningMap?: string;
    readonly outputStage?: string;
  };
}

/** Which moment a block was, and what senders hold down at a log position. */
export interface SessionMark {
  readonly block: number;
  /** Milliseconds since 1970 when the device took the block. */
  readonly unixMs: number;
  readonly logPosition: number;
  /** Notes that were played and not released: instrument and id, the oldest first. */
  readonly heldNotes: readonly (readonly [instrument: number, id: number])[];
  /** Instruments whose pedal is down. */
  readonly heldPedals: readonly number[];
}

export interface SessionSummary {
  readonly blocks: number;
  readonly concealedFrames: number;
}

/** Words per block in a `BLKS` chunk. */
export const blockRecordWords = 3;

/** A patch in a session. */
export interface RecordedPatch {
  readonly number: number;
  readonly description: PatchDescription;
  readonly wasm: Uint8Array<ArrayBuffer>;
}

/** The part of a patch that a session keeps. Its samples stay in their files; their checksums are in the description. */
export function recordedPatch(number: number, patch: CompiledPatch): RecordedPatch {
  const { wasm, module: _module, sampleMemory: _samples, ...description } = patch;
  return { number, description, wasm };
}

/** Payload of a `PTCH` chunk. */
export function encodePatch({ number, description, wasm }: RecordedPatch): Uint8Array<ArrayBuffer> {
  const text = new TextEncoder().encode(JSON.stringify(description));
  const payload = new Uint8Array(8 + text.length + wasm.length);
  const view = new DataView(payload.buffer);
  view.setUint32(0, number, true);
  view.setUint32(4, text.length, true);
  payload.set(text, 8);
  payload.set(wasm, 8 + text.length);
  return payload;
}

/**
 * Decodes a `PTCH` chunk, whose checksum the reader has verified. A chunk whose length became 0 has the checksum of nothing.
 *
 * @throws {SessionDamagedError}
 */
export function decodePatch(payload: Uint8Array<ArrayBuffer>): RecordedPatch {
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  const textEnd = payload.length < 8 ? Infinity : 8 + view.getUint32(4, true);
  if (textEnd > payload.length) throw new SessionDamagedError("the session has a patch that breaks off");
  return {
    number: view.getUint32(0, true),
    description: decodeJson(payload.subarray(8, textEnd)) as PatchDescription,
    wasm: payload.slice(textEnd),
  };
}

/** Payload of a chunk that holds a value as text. */
export function encodeJson(value: unknown): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(JSON.stringify(value));
}

/** A value that a chunk holds as text. Throws {@link SessionDamagedError}. */
export function decodeJson(text: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(text));
  } catch (cause) {
    throw new SessionDamagedError(`the session has a chunk that is no JSON: ${(cause as Error).message}`, {
      cause,
    });
  }
}

/** Decodes a `MARK` chunk. Throws {@link SessionDamagedError}. */
export function decodeMark(payload: Uint8Array): SessionMark {
  const mark = decodeJson(payload) as Partial<SessionMark> | null;
  const isPair = (value: unknown) =>
    Array.isArray(value) && value.length === 2 && value.every(Number.isInteger);
  const isMark = [mark?.block, mark?.unixMs, mark?.logPosition].every(Number.isFinite) &&
    Array.isArray(mark?.heldNotes) && mark.heldNotes.every(isPair) &&
    Array.isArray(mark.heldPedals) && mark.heldPedals.every(Number.isInteger);
  if (!isMark) throw new SessionDamagedError("the session has a mark without its block, time and notes");
  return mark as SessionMark;
}

/** Decodes a `FILE` chunk. Throws {@link SessionDamagedError}. */
export function decodeFile(payload: Uint8Array): StreamedFile {
  const file = decodeJson(payload);
  if (!isStreamedFile(file)) {
    throw new SessionDamagedError("the session has a sound file without its name and length");
  }
  return file;
}

/** Decodes a `LATE` chunk: blocks, and one bit for each player that was silent. */
export function decodeLate(payload: Uint8Array): readonly (readonly [block: number, players: number])[] {
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  return Array.from(
    { length: Math.floor(payload.length / 8) },
    (_, index) => [view.getInt32(index * 8, true), view.getInt32(index * 8 + 4, true)] as const,
  );
}

/** Bytes of a `SNAP` chunk before the arena. */
export const snapshotHeadBytes = 12;

/** The state of a patch at the start of a block. */
export interface RecordedSnapshot {
  readonly block: number;
  readonly logPosition: number;
  /** Number of the patch whose arena it is. */
  readonly patch: number;
  readonly arena: Uint8Array<ArrayBuffer>;
}

/** Payload of a `SNAP` chunk. */
export function encodeSnapshot(
  { block, logPosition, patch, arena }: Omit<RecordedSnapshot, "arena"> & { readonly arena: Uint8Array },
): Uint8Array<ArrayBuffer> {
  const payload = new Uint8Array(snapshotHeadBytes + arena.length);
  new Int32Array(payload.buffer, 0, 3).set([block, logPosition, patch]);
  payload.set(arena, snapshotHeadBytes);
  return payload;
}

/** Decodes a `SNAP` chunk; the arena stays in the payload. Throws {@link SessionDamagedError}. */
export function decodeSnapshot(payload: Uint8Array<ArrayBuffer>): RecordedSnapshot {
  if (payload.length < snapshotHeadBytes) {
    throw new SessionDamagedError("the session has a state that breaks off");
  }
  const [block, logPosition, patch] = new Int32Array(payload.buffer, payload.byteOffset, 3);
  return { block, logPosition, patch, arena: payload.subarray(snapshotHeadBytes) };
}

/** A whole chunk, ready to be written. */
export function encodeChunk(type: ChunkType, payload: Uint8Array): Uint8Array<ArrayBuffer> {
  const chunk = new Uint8Array(12 + payload.length);
  const view = new DataView(chunk.buffer);
  chunk.set(new TextEncoder().encode(type), 0);
  view.setUint32(4, payload.length, true);
  chunk.set(payload, 8);
  view.setUint32(8 + payload.length, crc32(payload), true);
  return chunk;
}
