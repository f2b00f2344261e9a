/**
 * Writes a recording to its file. What comes is queued and written by the runtime's own threads, one piece after the other, so a disk that is
 * slow holds up nothing but the queue; a file that grows can be opened at any moment. Once a second the file is brought to the disk, and it is
 * looked at whether it is still there and the disk has room. When something fails, what was written stays as a whole file. Recorder thread.
 */
import { statfs } from "node:fs/promises";
import { dirname } from "node:path";
import type { Encoded, Encoding, Loss } from "./encoding.ts";
import { FlacEncoding } from "./flac_encoding.ts";
import type { RecordingStart } from "./recording_start.ts";
import { WavEncoding } from "./wav_encoding.ts";

/** What waits for the disk at most by default: 174 s of two channels at 48 kHz as floats. The output ring keeps what comes then. */
const defaultWaitingBytes = 64 * 2 ** 20;

/** Longest time for which the beginning of a file says less than is in it, while the disk keeps up. */
const headerMs = 200;

/** Silence is written in pieces of this many frames. */
const silenceFrames = 48_000;

/** How far a file is. */
export interface Written {
  readonly frames: number;
  readonly bytes: number;
}

export interface RecordingWriterOptions {
  readonly start: RecordingStart;
  /** What the file has already; omitted: nothing. */
  readonly written?: Written;
  readonly minFreeBytes: number;
  /** Told whenever something was written or queued. */
  readonly onProgress: (written: Written, waitingBytes: number) => void;
  /** What waits for the disk at most; 64 MiB by default. */
  readonly maxWaitingBytes?: number;
  /** Largest RIFF file in bytes; by default what the format allows. */
  readonly maxRiffBytes?: number;
}

export class RecordingWriter {
  readonly #options: RecordingWriterOptions;
  readonly #encoding: Encoding;
  readonly #file: Deno.FsFile;
  /** The same file for its beginning, and for `fdatasync`: a file's operations wait for each other. */
  readonly #beginning: Deno.FsFile;
  readonly #synchronised: Deno.FsFile;
  readonly #losses: Loss[] = [];
  #queue: Encoded[] = [];
  #waitingBytes = 0;
  #written: Written;
  #draining: Promise<void> | undefined;
  #checking: Promise<void> | undefined;
  #headerAtMs = 0;
  #problem: string | undefined;

  private constructor(
    options: RecordingWriterOptions,
    encoding: Encoding,
    files: Deno.FsFile[],
    written: Written,
  ) {
    this.#options = options;
    this.#encoding = encoding;
    [this.#file, this.#beginning, this.#synchronised] = files;
    this.#written = written;
  }

  /** Opens a file that exists, cut to what it is known to have. Throws Deno's errors. */
  static async open(options: RecordingWriterOptions): Promise<RecordingWriter> {
    const { start, written, maxRiffBytes } = options;
    const frames = written?.frames ?? 0;
    const encoding = encodingOf(start, frames, maxRiffBytes);
    const header = encoding.header(frames);
    const files: Deno.FsFile[] = [];
    try {
      for (let count = 0; count < 3; count++) files.push(await Deno.open(start.path, { write: true }));
      const bytes = written?.bytes ?? header.length;
      await files[0].truncate(bytes);
      await files[0].seek(bytes, Deno.SeekMode.Start);
      const writer = new RecordingWriter(options, encoding, files, { frames, bytes });
      await writer.#writeHeader();
      return writer;
    } catch (error) {
      files.forEach((file) => file.close());
      throw error;
    }
  }

  /** So much waits that nothing more should be written. */
  get isFull(): boolean {
    return this.#waitingBytes >= (this.#options.maxWaitingBytes ?? defaultWaitingBytes);
  }

  /** Why nothing can be written any more; undefined: it goes on. */
  get problem(): string | undefined {
    return this.#problem;
  }

  /** What is in the file. */
  get written(): Written {
    return this.#written;
  }

  /** Queues interleaved samples of whole frames; returns at once. */
  write(samples: Float32Array<ArrayBuffer>): void {
    this.#push(this.#encoding.encode(samples));
  }

  /** Queues silence in the place of frames that were lost. */
  writeLoss(loss: Loss): void {
    this.#losses.push(loss);
    for (let left = loss.frames; left > 0; left -= silenceFrames) {
      this.write(new Float32Array(Math.min(left, silenceFrames) * this.#options.start.channels));
    }
  }

  /** Looks after the file and its disk; to be called once a second. Does nothing while the look before is not over. */
  check(): void {
    this.#checking ??= this.#check().catch((error) => this.#fail(error)).finally(() =>
      this.#checking = undefined
    );
  }

  /** Writes all that waits and completes the file, or, after a problem, what was written before it. Never throws. */
  async close(): Promise<void> {
    if (this.#problem === undefined) this.#push(this.#encoding.finish());
    await this.#draining;
    await this.#checking;
    try {
      await (this.#problem === undefined ? this.#complete() : this.#keepWritten());
      await this.#synchronised.syncData();
    } catch (error) {
      this.#fail(error);
    }
    [this.#file, this.#beginning, this.#synchronised].forEach((file) => file.close());
  }

  async #complete(): Promise<void> {
    const { tail, header } = this.#encoding.close(this.#losses);
    await writeAll(this.#file, tail);
    await this.#beginning.seek(0, Deno.SeekMode.Start);
    await writeAll(this.#beginning, header);
  }

  /** Cuts off what was written in part. */
  async #keepWritten(): Promise<void> {
    await this.#file.truncate(this.#written.bytes);
    if (this.#encoding.headerFollows) await this.#writeHeader();
  }

  #push(encoded: Encoded): void {
    if (this.#problem !== undefined || encoded.bytes.length === 0) return;
    this.#queue.push(encoded);
    this.#waitingBytes += encoded.bytes.length;
    this.#tellProgress();
    this.#draining ??= this.#drain().catch((error) => this.#fail(error)).finally(() =>
      this.#draining = undefined
    );
  }

  async #drain(): Promise<void> {
    for (let next = this.#queue.shift(); next; next = this.#queue.shift()) {
      await writeAll(this.#file, next.bytes);
      this.#waitingBytes -= next.bytes.length;
      this.#written = { frames: next.frames, bytes: this.#written.bytes + next.bytes.length };
      this.#tellProgress();
      const isDue = this.#queue.length === 0 || performance.now() - this.#headerAtMs >= headerMs;
      if (this.#encoding.headerFollows && isDue) await this.#writeHeader();
    }
  }

  async #writeHeader(): Promise<void> {
    await this.#beginning.seek(0, Deno.SeekMode.Start);
    await writeAll(this.#beginning, this.#encoding.header(this.#written.frames));
    this.#headerAtMs = performance.now();
  }

  async #check(): Promise<void> {
    const { start: { path }, minFreeBytes } = this.#options;
    if ((await this.#beginning.stat()).nlink === 0) throw new Error("its file was removed");
    const { bavail, bsize } = await statfs(dirname(path));
    if (bavail * bsize < minFreeBytes) throw new Error(tooLittleFree(path, minFreeBytes));
    await this.#synchronised.syncData();
  }

  #fail(error: unknown): void {
    this.#problem ??= (error as Error).message;
    this.#queue = [];
    this.#waitingBytes = 0;
    this.#tellProgress();
  }

  #tellProgress(): void {
    this.#options.onProgress(this.#written, this.#waitingBytes);
  }
}

/** The encoding of a recording that has so many frames already. */
function encodingOf(start: RecordingStart, frames: number, maxRiffBytes?: number): Encoding {
  return start.format.startsWith("wav")
    ? new WavEncoding(start, frames, maxRiffBytes)
    : new FlacEncoding(start, frames);
}

/** The beginning of a recording that has no sound yet: a file that can be opened. */
export function emptyRecording(start: RecordingStart): Uint8Array<ArrayBuffer> {
  return encodingOf(start, 0).header(0);
}

/** The sentence for a disk that has not enough room. */
export function tooLittleFree(path: string, minFreeBytes: number): string {
  return `less than ${Math.round(minFreeBytes / 2 ** 20)} MiB are free in ${
    dirname(path)
  }: make room, or lower UNDERSTUDY_RECORD_MIN_FREE`;
}

async function writeAll(file: Deno.FsFile, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += await file.write(bytes.subarray(at));
}
