/**
 * Keeps the state of the engine on the disk, so that an engine that starts after this one goes on from it. Feeds the journal's
 * thread with what is delivered, and with an agreed snapshot every second; large ones come less often. When the disk fails or
 * falls behind, that is told, the sound goes on, and a new attempt follows. Main isolate.
 */
import { Worker } from "node:worker_threads";
import { Backoff } from "../../foundation/backoff.ts";
import { within as inTime } from "../../foundation/within.ts";
import type { JournalState } from "../control/control.ts";
import { within } from "../memory/layout.ts";
import { snapshotIndex } from "../memory/places.ts";
import { blocksBetween, type SharedMemory } from "../memory/shared_memory.ts";
import type { ChunkType, SessionMark, SessionSummary } from "../session/session_format.ts";
import type { JournalHeader, JournalReport, JournalRequest, JournalStart } from "./journal_messages.ts";

/** Time between two snapshots, unless that would write too much. */
const snapshotMs = 1_000;

/** Snapshots are written less often so that they stay below this, in bytes a second. */
const maxSnapshotBytesPerSecond = 32 * 2 ** 20;

/** Messages that the thread may be behind, in bytes. */
const maxBehindBytes = 32 * 2 ** 20;

/** The thread takes something of what it was sent within this; a disk that stands still holds it up. */
const stallMs = 5_000;

/** A snapshot is on the disk within this. */
const maxSnapshotMs = 30_000;

/** The thread must have closed the file within this when the engine ends. */
const closeMs = 2_000;

/** The same for its thread to leave then. */
const terminateMs = 500;

/** Where the snapshots come from; `Supervision` is one. */
export interface SnapshotLender {
  lendSnapshot(): number | undefined;
  takeBackSnapshot(): void;
}

export interface JournalOptions {
  readonly memory: SharedMemory;
  readonly folder: string;
  /** Path of the shared object. */
  readonly nativeLibrary: string;
  readonly header: JournalHeader;
  readonly snapshots: SnapshotLender;
  /** Notes and pedals that sound on from before; omitted: none. */
  readonly held?: Pick<SessionMark, "heldNotes" | "heldPedals">;
  /** Payloads of the patches that the engine knows now, in the order of loading. */
  readonly patches: () => readonly Uint8Array<ArrayBuffer>[];
  /** Payloads of the files that players may have. */
  readonly files: () => readonly Uint8Array<ArrayBuffer>[];
  /** Payload of the show that plays; undefined: none does. */
  readonly show: () => Uint8Array<ArrayBuffer> | undefined;
  /** Told when the state has changed; `problem` says why it failed. */
  readonly onChange: (state: JournalState, problem: string) => void;
}

/** A snapshot on its way: due, lent until the device has passed its block, or being written. */
type Phase = "waiting" | "lent" | "writing";

export class Journal {
  readonly #options: JournalOptions;
  readonly #handled = new Int32Array(new SharedArrayBuffer(4));
  readonly #backoff = new Backoff({ firstMs: 1_000, maxMs: 30_000 });
  readonly #closed = Promise.withResolvers<void>();
  #worker: Worker | undefined;
  #posted = 0;
  #state: JournalState = "starting";
  #phase: Phase = "waiting";
  #slot: number | undefined;
  #dueMs = 0;
  /** What the thread had taken when it last moved on, and since when it has not; the same for a snapshot that it writes. */
  #lastHandled = 0;
  #stillSinceMs: number | undefined;
  #writingSinceMs: number | undefined;
  /** First block since the last beginning: no earlier snapshot connects to what is recorded. */
  #firstBlock: number;
  /** Block of the last snapshot written; undefined: none since the beginning. */
  #writtenBlock: number | undefined;
  #isFresh: boolean;
  /** The initial state is written, and no block behind it. */
  #awaitsBlock = false;

  constructor(options: JournalOptions) {
    this.#options = options;
    this.#firstBlock = options.memory.consumed();
    this.#isFresh = this.#firstBlock === (options.memory.geometry.startBlock | 0);
  }

  get state(): JournalState {
    return this.#state;
  }

  /** Starts the thread; it holds the main isolate up for some 30 ms. */
  open(): void {
    const { memory, folder, nativeLibrary } = this.#options;
    const start: JournalStart = {
      buffer: memory.buffer,
      folder,
      nativeLibrary,
      handled: this.#handled.buffer as SharedArrayBuffer,
    };
    this.#worker = new Worker(new URL("./journal_worker.ts", import.meta.url), { workerData: start });
    this.#worker.on("message", (report: JournalReport) => this.#receive(report));
    this.#worker.on("error", (error: Error) => {
      this.#worker = undefined;
      this.#fail(`its thread ended: ${error.message}`);
      this.#return();
    });
    this.#begin();
  }

  /** Whether what is delivered is recorded now. */
  get recording(): boolean {
    return this.#worker !== undefined && this.#state !== "failed";
  }

  /** Records a payload of the session format; it is copied. */
  write(type: ChunkType, payload: Uint8Array): void {
    if (!this.recording) return;
    if (type === "GAP ") return this.disconnect("blocks were lost on their way to it");
    this.#posted = (this.#posted + payload.length) | 0;
    if (((this.#posted - Atomics.load(this.#handled, 0)) | 0) > maxBehindBytes) {
      return this.#fail(`the disk is more than ${maxBehindBytes >> 20} MiB behind`);
    }
    const copy = payload.slice();
    this.#post({ kind: "chunk", type, payload: copy }, [copy.buffer]);
  }

  /** What was recorded does not lead to the present any more: the file stays as it is until a later snapshot replaces it. */
  disconnect(problem: string): void {
    if (this.recording) this.#fail(problem);
  }

  /** Cheap, for every tick. `next`: the first block that is not recorded yet. */
  poll(next: number, nowMs: number): void {
    if (this.#worker === undefined) return;
    this.#noticeStall(nowMs);
    if (nowMs < this.#dueMs) return;
    if (this.#state === "failed") {
      // first the thread lets go of the snapshot, and has read what it was sent
      if (this.#phase === "writing" || Atomics.load(this.#handled, 0) !== this.#posted) return;
      const { geometry } = this.#options.memory;
      // a state needs the input of a lookahead before it
      const unheard = geometry.inputChannels === 0 ? 0 : this.#options.memory.lookaheadBlocks();
      this.#firstBlock = (next + unheard) | 0;
      this.#isFresh = false;
      this.#state = "starting";
      this.#begin();
    }
    if (this.#phase === "waiting") this.#borrow();
    if (this.#phase === "lent" && blocksBetween(next, this.#blockOf(this.#slot!)) >= 0) {
      this.#phase = "writing";
      this.#post({ kind: "snapshot", slot: this.#slot });
    }
  }

  /** Ends the file in order. */
  async close(summary: SessionSummary): Promise<void> {
    if (this.#worker === undefined) return;
    this.#post({ kind: "close", summary });
    await inTime(this.#closed.promise, closeMs);
    // a thread that the disk holds up cannot be ended: the process ends without it
    await inTime(this.#worker.terminate(), terminateMs);
  }

  /** Fails when the thread is held up: `nowMs` may jump, so one look alone says nothing. */
  #noticeStall(nowMs: number): void {
    const handled = Atomics.load(this.#handled, 0);
    if (handled === this.#posted || handled !== this.#lastHandled) this.#stillSinceMs = undefined;
    else this.#stillSinceMs ??= nowMs;
    this.#lastHandled = handled;
    if (this.#phase !== "writing") this.#writingSinceMs = undefined;
    else this.#writingSinceMs ??= nowMs;
    if (nowMs - (this.#stillSinceMs ?? nowMs) > stallMs) {
      this.#fail(`the disk has taken nothing for ${stallMs / 1_000} s`);
    } else if (nowMs - (this.#writingSinceMs ?? nowMs) > maxSnapshotMs) {
      this.#fail(`the disk has not taken a snapshot within ${maxSnapshotMs / 1_000} s`);
    }
  }

  #begin(): void {
    const { header, patches, files, show, held } = this.#options;
    this.#writtenBlock = undefined;
    const isFirst = this.#posted === 0;
    this.#post({ kind: "begin", header, patches: patches(), held: isFirst ? held : undefined });
    for (const payload of files()) this.write("FILE", payload);
    const playing = show();
    if (playing) this.write("SHOW", playing);
    if (!this.#isFresh) return;
    this.#phase = "writing";
    this.#post({ kind: "snapshot", slot: undefined });
  }

  /** Takes the agreed snapshot, if it is a new one that connects to what is recorded. */
  #borrow(): void {
    const { snapshots } = this.#options;
    const slot = snapshots.lendSnapshot();
    if (slot === undefined) return;
    const block = this.#blockOf(slot);
    if (block === this.#writtenBlock || blocksBetween(block, this.#firstBlock) < 0) {
      return snapshots.takeBackSnapshot();
    }
    this.#slot = slot;
    this.#phase = "lent";
  }

  #blockOf(slot: number): number {
    const { memory } = this.#options;
    return memory.words[snapshotIndex(memory, slot) + within.snapshot.block.index];
  }

  #receive(report: JournalReport): void {
    switch (report.kind) {
      case "written": {
        if (this.#state === "failed") return;
        if (this.#slot !== undefined) this.#writtenBlock = this.#blockOf(this.#slot);
        this.#backoff.reset();
        const boundMs = report.bytes / maxSnapshotBytesPerSecond * 1_000;
        this.#dueMs = performance.now() + Math.max(snapshotMs, boundMs);
        this.#awaitsBlock = this.#slot === undefined;
        return this.#awaitsBlock ? undefined : this.#enter("current", "");
      }
      case "played":
        // a report of before a failure is none of the file that was begun since
        if (this.#awaitsBlock) this.#enter("current", "");
        return;
      case "returned":
        return this.#return();
      case "failed":
        return this.#fail(report.problem);
      case "closed":
        return this.#closed.resolve();
    }
  }

  #fail(problem: string): void {
    if (this.#state === "failed") return;
    if (this.#phase === "lent") this.#return();
    this.#dueMs = performance.now() + this.#backoff.delayMs;
    this.#backoff.increase();
    this.#awaitsBlock = false;
    this.#enter("failed", problem);
  }

  #return(): void {
    this.#options.snapshots.takeBackSnapshot();
    this.#slot = undefined;
    this.#phase = "waiting";
  }

  #enter(state: JournalState, problem: string): void {
    if (state === this.#state) return;
    this.#state = state;
    this.#options.onChange(state, problem);
  }

  #post(request: JournalRequest, transfer: ArrayBuffer[] = []): void {
    this.#worker!.postMessage(request, transfer);
  }
}
