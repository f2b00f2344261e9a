/**
 * Writes a session file while the engine runs. Chunks are queued and written by the runtime's own threads, one batch
 * after the other; the audio path knows nothing of it. When the disk fails or is slower than `queueLimitBytes` allows,
 * the recording ends there, is reported once, and the file so far stays valid.
 */
import {
  type ChunkType,
  encodeChunk,
  type SessionHeader,
  sessionMagic,
  type SessionSummary,
} from "./session_format.ts";
import { exitCodes } from "../../foundation/exit_codes.ts";
import { ExitError } from "../../foundation/exit_error.ts";

const queueLimitBytes = 64 * 1024 * 1024;

/** A session file that cannot be created; the message names the path and the remedy. */
export class SessionFileError extends ExitError {
  override readonly name = "SessionFileError";
  override readonly exitCode = exitCodes.session;
}

/** A session file being written. Main isolate. */
export class SessionWriter {
  readonly #file: Deno.FsFile;
  readonly #onFailure: (error: Error) => void;
  #queue: Uint8Array<ArrayBuffer>[] = [];
  #queuedBytes = 0;
  #writing: Promise<void> | undefined;
  #failed = false;

  private constructor(file: Deno.FsFile, onFailure: (error: Error) => void) {
    this.#file = file;
    this.#onFailure = onFailure;
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

  /** Queues a chunk. Main isolate; returns at once. */
  write(type: ChunkType, payload: Uint8Array): void {
    this.#push(encodeChunk(type, payload));
  }

  /** Writes the summary and all that is queued, and closes the file. */
  async close(summary: SessionSummary): Promise<void> {
    this.write("DONE", new TextEncoder().encode(JSON.stringify(summary)));
    while (this.#writing) await this.#writing;
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
    this.#writing ??= this.#drain();
  }

  async #drain(): Promise<void> {
    try {
      while (this.#queue.length > 0) {
        const batch = concatenate(this.#queue);
        this.#queue = [];
        for (let at = 0; at < batch.length;) at += await this.#file.write(batch.subarray(at));
        this.#queuedBytes -= batch.length;
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

function concatenate(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((bytes, part) => bytes + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
