/**
 * The journal on the disk: a session file whose end a restart can go on from.
 *
 * A file begins with its header, the patches and a snapshot; commands, blocks and input follow as they are delivered, and
 * further snapshots. After ten seconds, or for a large snapshot at once, a new file is written beside, brought to the
 * disk, and renamed over the old one, so that the folder holds a whole journal at every moment. Chunks that arrive meanwhile
 * go into both files. Nothing waits for the disk but `fdatasync`, which runs beside the writing.
 *
 * The page cache outlives the process, so a killed process loses what it had not handed over to the system; a power cut
 * loses what was not synchronised yet. The journal's thread only.
 */
import { crc32 } from "../../foundation/crc32.ts";
import process from "node:process";
import { within } from "../memory/layout.ts";
import { snapshotArenaIndex, snapshotIndex } from "../memory/places.ts";
import { blocksBetween, type SharedMemory } from "../memory/shared_memory.ts";
import { logEntryWords } from "../memory/constants.ts";
import {
  blockRecordWords,
  type ChunkType,
  decodePatch,
  encodeChunk,
  encodeSnapshot,
  type RecordedPatch,
  sessionMagic,
  type SessionMark,
  type SessionSummary,
  snapshotHeadBytes,
} from "../session/session_format.ts";
import { HeldNotes } from "./held_notes.ts";
import type { JournalHeader } from "./journal_messages.ts";

/** Name of the file that a restart reads. */
export const journalName = "journal";
/** Name of the next one while it is written. */
const nextJournalName = "journal.next";

/** A file is replaced after this. */
const maxFileMs = 10_000;

/** A larger snapshot goes into a file of its own: no block could be appended while it is written. */
const maxAppendedBytes = 4 * 2 ** 20;

/** Bytes of a snapshot that are written between two turns of the event loop. */
const pieceBytes = 2 ** 18;

interface Retained {
  readonly chunk: Uint8Array<ArrayBuffer>;
  /** Whether a file that begins with a snapshot at this block and log position needs the chunk. */
  readonly isNeeded: (block: number, logPosition: number) => boolean;
  /** Of the show that plays: with its text, or with events alone. */
  readonly show?: "text" | "events";
}

interface KnownPatch extends Pick<RecordedPatch, "number"> {
  readonly chunk: Uint8Array<ArrayBuffer>;
  readonly name: string;
  readonly sha256: string;
  readonly arenaBytes: number;
}

export class JournalFile {
  readonly #memory: SharedMemory;
  readonly #folder: string;
  readonly #held = new HeldNotes();
  #header: JournalHeader | undefined;
  #patches: KnownPatch[] = [];
  #current: Deno.FsFile | undefined;
  /** The same file for `fdatasync`: a file's operations wait for each other. */
  #synchronised: Deno.FsFile | undefined;
  #startedMs = 0;
  /** Chunks behind the last snapshot. */
  #retained: Retained[] = [];
  /** The file being written beside, once it has its snapshot. */
  #next: Deno.FsFile | undefined;
  /** Grows whenever files are given up. */
  #generation = 0;
  #block: number;
  #logPosition: number;

  constructor(memory: SharedMemory, folder: string) {
    this.#memory = memory;
    this.#folder = folder;
    this.#block = memory.geometry.startBlock | 0;
    this.#logPosition = memory.geometry.startLogPosition | 0;
  }

  /** Whether a block was recorded: without one the initial state is nothing to go on from. */
  get holdsBlock(): boolean {
    return this.#block !== (this.#memory.geometry.startBlock | 0);
  }

  /** What follows does not connect to what was there. The file stays as it is until a snapshot replaces it. */
  begin(
    header: JournalHeader,
    patches: readonly Uint8Array<ArrayBuffer>[],
    held?: Pick<SessionMark, "heldNotes" | "heldPedals">,
  ): void {
    this.#closeFiles();
    if (held) this.#held.restore(held);
    this.#header = header;
    this.#retained = [];
    this.#patches = [];
    patches.forEach((payload) => this.#keepPatch(payload));
  }

  /** Appends a chunk. Throws Deno's errors when the disk is full. */
  append(type: ChunkType, payload: Uint8Array<ArrayBuffer>): void {
    const chunk = encodeChunk(type, payload);
    if (type === "PTCH") {
      this.#keepPatch(payload);
      // the next file begins with it, unless its beginning is written already
      this.#retained.push({ chunk, isNeeded: () => false });
    } else if (type === "SHOW") this.#retainShow(payload, chunk);
    else this.#retained.push({ chunk, isNeeded: this.#follow(type, payload) });
    this.#write(chunk);
  }

  /**
   * Writes a snapshot slot, or the initial state at the first block, and makes the file that holds it the journal.
   * Returns the bytes written.
   */
  async snapshot(slot: number | undefined): Promise<number> {
    const ageMs = performance.now() - this.#startedMs;
    if (slot !== undefined && this.#current !== undefined && ageMs < maxFileMs) {
      const bytes = this.#arena(slot).length;
      if (bytes <= maxAppendedBytes) {
        this.#write(encodeChunk("SNAP", encodeSnapshot({ ...this.#headOf(slot), arena: this.#arena(slot) })));
        this.#forget(this.#headOf(slot));
        this.#mark();
        return bytes;
      }
    }
    return await this.#replace(slot);
  }

  /** Notes the time and what is held, and brings the file to the disk. */
  async sync(): Promise<void> {
    if (this.#current === undefined) return;
    this.#mark();
    await this.#synchronised!.syncData();
  }

  /** Ends the file in order. */
  async close(summary: SessionSummary): Promise<void> {
    this.#write(encodeChunk("DONE", jsonBytes(summary)));
    await this.sync();
    this.#closeFiles();
  }

  /** Leaves the file as it is: the disk failed. */
  abandon(): void {
    this.#closeFiles();
  }

  #closeFiles(): void {
    this.#generation++;
    this.#current?.close();
    this.#synchronised?.close();
    this.#next?.close();
    this.#current = this.#synchronised = this.#next = undefined;
  }

  async #replace(slot: number | undefined): Promise<number> {
    const { startBlock, startLogPosition } = this.#memory.geometry;
    const head = slot === undefined
      ? { block: startBlock | 0, logPosition: startLogPosition | 0, patch: this.#patches[0].number }
      : this.#headOf(slot);
    this.#patches = this.#patches.filter(({ number }) => number >= head.patch);
    const { name, sha256 } = this.#patches[0];
    const header = {
      ...this.#header!,
      patch: name,
      patchSha256: sha256,
      startBlock: head.block >>> 0,
      startLogPosition: head.logPosition >>> 0,
    };
    const path = `${this.#folder}/${nextJournalName}`;
    const generation = this.#generation;
    let wasNext = false;
    const file = Deno.openSync(path, { write: true, create: true, truncate: true, mode: 0o600 });
    try {
      this.#forget(head);
      writeFully(file, sessionMagic);
      writeFully(file, encodeChunk("HEAD", jsonBytes(header)));
      this.#patches.forEach(({ chunk }) => writeFully(file, chunk));
      const bytes = slot === undefined ? 0 : await this.#writePieces(file, slot);
      if (generation !== this.#generation) throw new Error("given up while it was written");
      this.#retained.forEach(({ chunk }) => writeFully(file, chunk));
      this.#next = file;
      wasNext = true;
      this.#mark();
      await file.syncData();
      if (generation !== this.#generation) throw new Error("given up while it was synchronised");
      Deno.renameSync(path, `${this.#folder}/${journalName}`);
      syncFolder(this.#folder);
      this.#current?.close();
      this.#synchronised?.close();
      this.#current = file;
      this.#next = undefined;
      this.#synchronised = Deno.openSync(`${this.#folder}/${journalName}`, { read: true, write: true });
      this.#startedMs = performance.now();
      return bytes;
    } catch (error) {
      const wasClosed = wasNext && generation !== this.#generation;
      if (this.#next === file) this.#next = undefined;
      if (!wasClosed && this.#current !== file) file.close();
      throw error;
    }
  }

  /** A `SNAP` chunk in pieces, between which other chunks reach the current file. */
  async #writePieces(file: Deno.FsFile, slot: number): Promise<number> {
    const arena = this.#arena(slot);
    const head = encodeSnapshot({ ...this.#headOf(slot), arena: new Uint8Array() });
    const start = new Uint8Array(8);
    start.set(new TextEncoder().encode("SNAP"));
    new DataView(start.buffer).setUint32(4, snapshotHeadBytes + arena.length, true);
    writeFully(file, start);
    writeFully(file, head);
    let crc = crc32(head);
    const piece = new Uint8Array(pieceBytes);
    for (let at = 0; at < arena.length; at += pieceBytes) {
      const part = piece.subarray(0, Math.min(pieceBytes, arena.length - at));
      part.set(arena.subarray(at, at + part.length));
      crc = crc32(part, crc);
      writeFully(file, part);
      await new Promise((resume) => setTimeout(resume, 0));
    }
    const end = new Uint8Array(4);
    new DataView(end.buffer).setUint32(0, crc, true);
    writeFully(file, end);
    return arena.length;
  }

  #headOf(slot: number) {
    const { words } = this.#memory;
    const start = snapshotIndex(this.#memory, slot);
    return {
      block: words[start + within.snapshot.block.index],
      logPosition: words[start + within.snapshot.logPosition.index],
      patch: words[start + within.snapshot.patch.index],
    };
  }

  #arena(slot: number): Uint8Array<SharedArrayBuffer> {
    const { patch } = this.#headOf(slot);
    const { arenaBytes } = this.#patches.find(({ number }) => number === patch)!;
    const first = snapshotArenaIndex(this.#memory, slot) * 4;
    return this.#memory.bytes.subarray(first, first + arenaBytes);
  }

  #keepPatch(payload: Uint8Array<ArrayBuffer>): void {
    const { number, description, wasm } = decodePatch(payload);
    this.#patches.push({
      number,
      chunk: encodeChunk("PTCH", payload),
      name: description.name,
      sha256: process.getBuiltinModule("node:crypto").createHash("sha256").update(wasm).digest("hex"),
      arenaBytes: description.arena.bytes,
    });
  }

  /** Follows a chunk; returns for how long it is needed. */
  #follow(type: ChunkType, payload: Uint8Array<ArrayBuffer>): Retained["isNeeded"] {
    const words = new Int32Array(payload.buffer, payload.byteOffset, payload.length >> 2);
    if (type === "CMDS") {
      this.#held.record(words.subarray(1));
      const end = this.#logPosition = (words[0] + (words.length - 1) / logEntryWords) | 0;
      return (_, logPosition) => blocksBetween(end, logPosition) > 0;
    }
    if (type === "BLKS") {
      const end = this.#block = (words[0] + (words.length - 1) / blockRecordWords) | 0;
      return (block) => blocksBetween(end, block) > 0;
    }
    if (type === "INPT") {
      // heard a lookahead later
      return (block) => blocksBetween(words[0], block) >= -this.#memory.lookaheadBlocks();
    }
    if (type === "LATE") {
      const end = words[words.length - 2];
      return (block) => blocksBetween(end, block) >= 0;
    }
    return () => true;
  }

  /** Of a show its last text and its last events are enough. */
  #retainShow(payload: Uint8Array, chunk: Uint8Array<ArrayBuffer>): void {
    const { text } = JSON.parse(new TextDecoder().decode(payload)) as { readonly text?: string };
    this.#retained = this.#retained.filter(({ show }) =>
      show === undefined || (show === "text" && text === undefined)
    );
    this.#retained.push({ chunk, isNeeded: () => true, show: text === undefined ? "events" : "text" });
  }

  #forget({ block, logPosition }: { readonly block: number; readonly logPosition: number }): void {
    this.#retained = this.#retained.filter(({ isNeeded }) => isNeeded(block, logPosition));
  }

  #mark(): void {
    const mark: SessionMark = {
      block: this.#block >>> 0,
      unixMs: Date.now(),
      logPosition: this.#logPosition >>> 0,
      heldNotes: this.#held.notes,
      heldPedals: this.#held.pedals,
    };
    this.#write(encodeChunk("MARK", jsonBytes(mark)));
  }

  #write(chunk: Uint8Array<ArrayBuffer>): void {
    if (this.#current) writeFully(this.#current, chunk);
    if (this.#next) writeFully(this.#next, chunk);
  }
}

function jsonBytes(value: unknown): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(JSON.stringify(value));
}

function writeFully(file: Deno.FsFile, bytes: Uint8Array<ArrayBuffer>): void {
  for (let at = 0; at < bytes.length;) at += file.writeSync(bytes.subarray(at));
}

/** Brings the names in a folder to the disk. */
function syncFolder(folder: string): void {
  const handle = Deno.openSync(folder, { read: true });
  try {
    handle.syncSync();
  } finally {
    handle.close();
  }
}
