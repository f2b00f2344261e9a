/**
 * Writes lines to something that may stand still: a terminal that was stopped, a pipe that is not read. Nothing here waits for it;
 * lines beyond a limit are counted instead, and the count is written as soon as there is room. One isolate.
 */
import { until } from "./until.ts";

/** Where lines go. A write may take as long as it likes, and may write less than it was given. */
export interface LineTarget {
  write(bytes: Uint8Array): Promise<number>;
}

export interface LineWriterOptions {
  readonly target: LineTarget;
  /** The line that stands in place of so many lost ones, with its end. */
  readonly lostLine: (count: number) => string;
  /** Bytes that wait at most; omitted: {@link maxQueuedBytes}. */
  readonly maxBytes?: number;
}

/** A few thousand lines: more than an engine has to say while somebody looks at the screen. */
export const maxQueuedBytes = 2 ** 20;

const pollMs = 5;

export class LineWriter {
  readonly #target: LineTarget;
  readonly #lostLine: (count: number) => string;
  readonly #maxBytes: number;
  readonly #encoder = new TextEncoder();
  #queue: Uint8Array<ArrayBuffer>[] = [];
  #bytes = 0;
  #lost = 0;
  #writing = false;

  constructor({ target, lostLine, maxBytes = maxQueuedBytes }: LineWriterOptions) {
    this.#target = target;
    this.#lostLine = lostLine;
    this.#maxBytes = maxBytes;
  }

  /** Writes a line with its end, later; never waits and never throws. */
  write(line: string): void {
    const bytes = this.#encoder.encode(line);
    // what was lost is said before anything that came after it
    if (this.#lost > 0 || this.#bytes + bytes.length > this.#maxBytes) {
      this.#lost++;
      return;
    }
    this.#add(bytes);
    if (!this.#writing) void this.#drain();
  }

  /** Waits until everything is written, but not longer than this. */
  async flush(timeoutMs: number): Promise<void> {
    await until(() => !this.#writing, { timeoutMs, pollMs });
  }

  #add(bytes: Uint8Array<ArrayBuffer>): void {
    this.#queue.push(bytes);
    this.#bytes += bytes.length;
  }

  async #drain(): Promise<void> {
    this.#writing = true;
    while (this.#queue.length > 0) {
      const bytes = this.#queue.shift()!;
      try {
        for (let at = 0; at < bytes.length;) at += await this.#target.write(bytes.subarray(at));
      } catch {
        // the terminal or the reader is gone for good; the engine plays on
      }
      this.#bytes -= bytes.length;
      if (this.#queue.length > 0 || this.#lost === 0) continue;
      this.#add(this.#encoder.encode(this.#lostLine(this.#lost)));
      this.#lost = 0;
    }
    this.#writing = false;
  }
}
