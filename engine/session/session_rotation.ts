/**
 * Records a session that grows without end to one file after the other. A file that is long or large enough ends before a block
 * at which an agreed snapshot stands, and the next one begins with that snapshot, so both render by themselves, and one behind the
 * other they are the whole.
 *
 * The snapshot stands at a block ahead of the device or a little behind it. So what is delivered is held back from the moment a
 * file is due until the device has passed the block, and then divided there. Main isolate.
 */
import { logEntryWords } from "../memory/constants.ts";
import { blocksBetween } from "../memory/shared_memory.ts";
import {
  blockRecordWords,
  type ChunkType,
  type RecordedSnapshot,
  type SessionSummary,
} from "./session_format.ts";
import type { SessionWriter } from "./session_writer.ts";

/** When the next file begins; both omitted: never. */
export interface RotationLimits {
  readonly bytes?: number;
  readonly blocks?: number;
}

export interface RotationOptions extends RotationLimits {
  /** The agreed snapshot as it is now, copied; undefined: there is none at this block or later. */
  readonly snapshotFrom: (block: number) => RecordedSnapshot | undefined;
  /** Blocks after which what is captured is heard; a snapshot needs what was captured before it. 0: nothing is captured. */
  readonly inputBlocks: () => number;
  /** The summary of the file that ends. */
  readonly summary: () => SessionSummary;
  /** Creates the next file, with everything that comes before its first block. Throws `SessionFileError`. */
  readonly next: (snapshot: RecordedSnapshot) => Promise<SessionWriter>;
  readonly onFailure: (error: Error) => void;
}

interface Held {
  readonly type: ChunkType;
  readonly payload: Uint8Array<ArrayBuffer>;
}

/** After the next file could not be created, it is tried again after this many blocks. */
const retryBlocks = 2_000;

export class SessionRotation {
  readonly #options: RotationOptions;
  #writer: SessionWriter;
  /** Block at which the file that is written has begun, or the last attempt to end it. */
  #since: number;
  /** The file is due at this block, whatever its size. */
  #dueBlocks: number | undefined;
  /** What was delivered since the file was due; undefined: it is not due. */
  #held: Held[] | undefined;
  /** First block that is held back, and that a snapshot has to reach. */
  #firstBlock = 0;
  #snapshot: RecordedSnapshot | undefined;
  #turning: Promise<void> | undefined;
  #closed = false;
  #onWritten: (unitStart: number) => void = () => {};

  /** @param block the first that is recorded */
  constructor(writer: SessionWriter, block: number, options: RotationOptions) {
    this.#writer = writer;
    this.#since = block;
    this.#options = options;
  }

  /** As {@link SessionWriter.onWritten}, of the file that is written now; 0 while files change. */
  set onWritten(told: (unitStart: number) => void) {
    this.#onWritten = told;
    this.#writer.onWritten = told;
  }

  get recording(): boolean {
    return this.#writer.recording;
  }

  checkFile(): Promise<void> {
    return this.#writer.checkFile();
  }

  /** Queues a chunk; it is copied where it has to wait. */
  write(type: ChunkType, payload: Uint8Array): void {
    if (type === "GAP ") this.cancel();
    if (this.#held) this.#held.push({ type, payload: payload.slice() });
    else this.#writer.write(type, payload);
  }

  /** What is held back does not lead from a snapshot to the present any more: it stays in one file. */
  cancel(): void {
    // files that change already are divided before this
    if (this.#turning || !this.#held) return;
    const held = this.#held;
    this.#held = this.#snapshot = undefined;
    for (const { type, payload } of held) this.#writer.write(type, payload);
  }

  /** Cheap, for every tick. `next`: the first block that was not delivered yet. */
  poll(next: number): void {
    const { bytes = Infinity, blocks = Infinity, inputBlocks, snapshotFrom } = this.#options;
    if (this.#turning || this.#closed || !this.recording) return;
    if (!this.#held) {
      const passed = blocksBetween(next, this.#since);
      const isDue = this.#dueBlocks === undefined
        ? this.#writer.bytes >= bytes || passed >= blocks
        : passed >= this.#dueBlocks;
      if (!isDue) return;
      this.#held = [];
      this.#firstBlock = (next + inputBlocks()) | 0;
    }
    this.#snapshot ??= snapshotFrom(this.#firstBlock);
    if (!this.#snapshot || blocksBetween(next, this.#snapshot.block) < 0) return;
    this.#turning = this.#turn(this.#snapshot).finally(() => this.#turning = undefined);
  }

  /** Ends the file that is written, and all work on it. */
  async close(summary: SessionSummary): Promise<void> {
    this.#closed = true;
    await this.#turning;
    this.cancel();
    await this.#writer.close(summary);
  }

  async #turn(snapshot: RecordedSnapshot): Promise<void> {
    const { next, summary, onFailure } = this.#options;
    const held = this.#held!.splice(0);
    const { before, behind } = divide(held, snapshot);
    const ended = this.#writer;
    // a process that follows this one looks for its place in the newest file from the beginning
    ended.onWritten = () => {};
    this.#onWritten(0);
    try {
      const writer = await next(snapshot);
      for (const { type, payload } of before) ended.write(type, payload);
      this.#writer = writer;
      for (const { type, payload } of [...behind, ...this.#held!]) writer.write(type, payload);
      writer.onWritten = this.#onWritten;
      this.#since = snapshot.block;
      this.#held = this.#snapshot = this.#dueBlocks = undefined;
      await ended.close(summary());
    } catch (error) {
      if (this.#writer !== ended) return onFailure(error as Error);
      // the old file goes on, with all that it would have got
      for (const { type, payload } of [...held, ...this.#held!]) ended.write(type, payload);
      ended.onWritten = this.#onWritten;
      this.#held = this.#snapshot = undefined;
      this.#since = snapshot.block;
      this.#dueBlocks = retryBlocks;
      onFailure(error as Error);
    }
  }
}

/** Divides chunks at the block and log position of a snapshot. */
function divide(
  held: readonly Held[],
  { block, logPosition }: RecordedSnapshot,
): { readonly before: Held[]; readonly behind: Held[] } {
  const before: Held[] = [];
  const behind: Held[] = [];
  for (const { type, payload } of held) {
    const words = new Int32Array(payload.buffer, payload.byteOffset, payload.length >> 2);
    const isList = type === "BLKS" || type === "CMDS";
    if (!isList) {
      // an input before the snapshot is heard after it; what names commands, files or blocks may lie on either side
      if (type !== "INPT" || blocksBetween(words[0], block) < 0) before.push({ type, payload });
      // the next file has all patches before its snapshot
      if (type !== "PTCH") behind.push({ type, payload });
      continue;
    }
    const [length, at] = type === "BLKS" ? [blockRecordWords, block] : [logEntryWords, logPosition];
    const count = (words.length - 1) / length;
    const kept = Math.max(0, Math.min(count, blocksBetween(at, words[0])));
    if (kept > 0) before.push({ type, payload: bytesOf(words.slice(0, 1 + kept * length)) });
    if (kept === count) continue;
    const rest = words.slice(kept * length);
    rest[0] = (words[0] + kept) | 0;
    behind.push({ type, payload: bytesOf(rest) });
  }
  return { before, behind };
}

function bytesOf(words: Int32Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  return new Uint8Array(words.buffer);
}
