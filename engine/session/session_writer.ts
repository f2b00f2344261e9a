/**
 * Writes a session file while the engine runs. Chunks are queued and written by the runtime's own threads, one batch
 * after the other; the audio path knows nothing of it. When the disk fails or is slower than `queueLimitBytes` allows,
 * the recording ends there, is reported once, and the file so far stays valid.
 */
import { joinBytes } from "../../foundation/join_bytes.ts";
import {
  type ChunkType,
  encodeChunk,
  type SessionHeader,
  sessionMagic,
  type SessionSummary,
} from "./session_format.ts";
import { type Chunk, SessionReader } from "./session_reader.ts";
import { exitCodes } from "../../foundation/exit_codes.ts";
import { ExitError } from "../../foundation/exit_error.ts";

const queueLimitBytes = 64 * 1024 * 1024;

/** A session file that cannot be created; the message names the path and the remedy. */
export class SessionFileError extends ExitError {
  override readonly name = "SessionFileError";
  override readonly exitCode = exitCodes.session;
}

/** Where a recording stands that is gone on with. */
export interface ResumedRecording {
  readonly writer: SessionWriter;
  /** The first block that is recorded from here on; undefined: nothing was recorded yet. */
  readonly block: number | undefined;
  /** Log position before it: all of it, or its low 16 bits. */
  readonly position: number;
  readonly positionBits: 16 | 32;
}

/** A session file being written. Main isolate. */
export class SessionWriter {
  readonly #file: Deno.FsFile;
  readonly #onFailure: (error: Error) => void;
  #queue: Uint8Array<ArrayBuffer>[] = [];
  #queuedBytes = 0;
  #writing: Promise<void> | undefined;
  #failed = false;
  #closed = false;
  /** Bytes of everything that was ever queued, and where the commands and blocks that came last in it begin. */
  #pushedBytes = 0;
  #unitStart = 0;
  #lastType: ChunkType | undefined;
  /**
   * Called with a place in the file from which on {@link SessionWriter.resume} can read: up to there, and beyond to the end of
   * the commands and blocks that begin there, it is written.
   */
  onWritten: (unitStart: number) => void = () => {};

  private constructor(file: Deno.FsFile, onFailure: (error: Error) => void) {
    this.#file = file;
    this.#onFailure = onFailure;
  }

  /**
   * Goes on with a recording whose process was lost. What was written last may be cut off, so the last commands and blocks
   * are taken back, to be recorded again.
   *
   * @param from a place that {@link SessionWriter.onWritten} has given; 0: none yet
   * @throws {SessionFileError}
   */
  static async resume(
    path: string,
    from: number,
    onFailure: (error: Error) => void,
  ): Promise<ResumedRecording> {
    let file: Deno.FsFile;
    try {
      file = await Deno.open(path, { read: true, write: true });
    } catch (cause) {
      throw new SessionFileError(`cannot go on recording to ${path}: ${(cause as Error).message}`, { cause });
    }
    const reader = await SessionReader.from(file, Math.max(from, sessionMagic.length));
    let unit: { at: number; block: number; position: number; positionBits: 16 | 32 } | undefined;
    /** Chunks since the start of the last unit that stand for themselves. */
    let others: Chunk[] = [];
    let before: { at: number; chunk: Chunk } | undefined;
    let end = reader.position;
    for (let chunk = await reader.next(); chunk; chunk = await reader.next()) {
      const at = end;
      end = reader.position;
      if (chunk.type === "BLKS") {
        const words = wordsOf(chunk.payload);
        const commands = before?.chunk.type === "CMDS" ? before : undefined;
        unit = {
          at: commands?.at ?? at,
          block: words[0],
          position: commands ? wordsOf(commands.chunk.payload)[0] : words[1] & 0xFFFF,
          positionBits: commands ? 32 : 16,
        };
        others = [];
      } else if (chunk.type === "SNAP" && unit === undefined) {
        // a file that begins with a state, which is gone on with although no block behind it was written
        const [block, position] = wordsOf(chunk.payload);
        unit = { at: end, block, position, positionBits: 32 };
      } else if (["PTCH", "QUAR", "GAP ", "FILE", "SHOW"].includes(chunk.type)) others.push(chunk);
      before = { at, chunk };
    }
    const start = unit?.at ?? end;
    await file.truncate(start);
    await file.seek(start, Deno.SeekMode.Start);
    const writer = new SessionWriter(file, onFailure);
    writer.#pushedBytes = writer.#unitStart = start;
    if (unit) others.forEach(({ type, payload }) => writer.write(type, payload));
    const { block, position = 0, positionBits = 32 } = unit ?? {};
    return { writer, block, position, positionBits };
  }

  /**
   * Creates the file. An existing one is kept: recording over a session is refused.
   *
   * @throws {SessionFileError}
   */
  static async create(
    path: string,
    header: SessionHeader,
    onFailure: (error: Error) => void,
  ): Promise<SessionWriter> {
    let file: Deno.FsFile;
    try {
      file = await Deno.open(path, { write: true, createNew: true });
    } catch (cause) {
      const reason = cause instanceof Deno.errors.AlreadyExists
        ? "it exists already; move it away or choose another name"
        : cause instanceof Deno.errors.NotFound
        ? "its folder does not exist; create it first"
        : (cause as Error).message;
      throw new SessionFileError(`cannot record to ${path}: ${reason}`, { cause });
    }
    const writer = new SessionWriter(file, onFailure);
    writer.#push(sessionMagic);
    writer.write("HEAD", new TextEncoder().encode(JSON.stringify(header)));
    return writer;
  }

  /** Whether the recording goes on. */
  get recording(): boolean {
    return !this.#failed;
  }

  /** Bytes of the file, with those that wait to be written. */
  get bytes(): number {
    return this.#pushedBytes;
  }

  /** Ends the recording when its file was removed: the system goes on writing, and nobody could read it. */
  async checkFile(): Promise<void> {
    if (this.#failed || this.#closed) return;
    try {
      if ((await this.#file.stat()).nlink !== 0 || this.#closed) return;
    } catch {
      return; // it was closed meanwhile
    }
    this.#fail(
      new SessionFileError(
        "recording ended: its file was removed; start again with another UNDERSTUDY_SESSION",
      ),
    );
  }

  /** Queues a chunk. Main isolate; returns at once. */
  write(type: ChunkType, payload: Uint8Array): void {
    if (type === "CMDS" || (type === "BLKS" && this.#lastType !== "CMDS")) {
      this.#unitStart = this.#pushedBytes;
    }
    this.#lastType = type;
    this.#push(encodeChunk(type, payload));
  }

  /** Writes the summary and all that is queued, and closes the file. */
  async close(summary: SessionSummary): Promise<void> {
    this.write("DONE", new TextEncoder().encode(JSON.stringify(summary)));
    while (this.#writing) await this.#writing;
    await this.checkFile();
    this.#closed = true;
    this.#file.close();
  }

  #push(bytes: Uint8Array<ArrayBuffer>): void {
    if (this.#failed) return;
    if (this.#queuedBytes + bytes.length > queueLimitBytes) {
      this.#fail(
        new SessionFileError(`recording ended: the disk is more than ${queueLimitBytes >> 20} MiB behind`),
      );
      return;
    }
    this.#queue.push(bytes);
    this.#queuedBytes += bytes.length;
    this.#pushedBytes += bytes.length;
    this.#writing ??= this.#drain();
  }

  async #drain(): Promise<void> {
    try {
      while (this.#queue.length > 0) {
        const batch = joinBytes(this.#queue);
        this.#queue = [];
        const unitStart = this.#unitStart;
        for (let at = 0; at < batch.length;) at += await this.#file.write(batch.subarray(at));
        this.#queuedBytes -= batch.length;
        this.onWritten(unitStart);
      }
    } catch (cause) {
      this.#fail(new SessionFileError(`recording ended: ${(cause as Error).message}`, { cause }));
    } finally {
      this.#writing = undefined;
    }
  }

  #fail(error: Error): void {
    if (this.#failed) return;
    this.#failed = true;
    this.#queue = [];
    this.#onFailure(error);
  }
}

function wordsOf(payload: Uint8Array<ArrayBuffer>): Int32Array {
  return new Int32Array(payload.slice().buffer);
}
