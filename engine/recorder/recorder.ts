/**
 * Records what the device gets to sound files, one at a time: makes the file, lets the callback keep its blocks, and starts the thread that
 * writes them. Nothing here is needed for the next block to sound, and a disk that fails or is slow is told and holds nothing up. Main isolate.
 */
import { statfsSync } from "node:fs";
import { basename, dirname } from "node:path";
import { Worker } from "node:worker_threads";
import type { NativeLibrary } from "../../ffi/native_symbols.ts";
import { within } from "../../foundation/within.ts";
import { CommandRefusedError, type EngineEvent, type RecorderStatus } from "../control/control.ts";
import { OutputRing } from "../memory/output_ring.ts";
import type { SharedMemory } from "../memory/shared_memory.ts";
import { maxFlacChannels } from "./flac_encoder.ts";
import { progressOf, recordProgress } from "./progress.ts";
import type { RecorderReport, RecorderRequest, RecorderThreadStart } from "./recorder_messages.ts";
import { sampleBytes } from "../render/sample_format.ts";
import { createRecording, RecordingError, type RecordingPlace } from "./recording_path.ts";
import { type RecordingStart, samplesOf } from "./recording_start.ts";
import { emptyRecording, tooLittleFree } from "./recording_writer.ts";

/** The thread must have left within this once its file is closed. */
const terminateMs = 500;

export interface RecorderOptions {
  readonly memory: SharedMemory;
  readonly native: Pick<NativeLibrary, "symbols">;
  readonly minFreeBytes: number;
  /** Number of the block from which frames are counted, as the session counts them. */
  readonly firstBlock: number;
  readonly version: string;
  /** The session that is recorded beside; omitted: none. */
  readonly session?: string;
  /** Name of the patch that plays now. */
  readonly patch: () => string;
  readonly emit: (event: EngineEvent) => void;
  /** The recording goes on without trouble, or the sentence that says why it does not. */
  readonly onProblem: (problem: string | undefined) => void;
  /** Something went wrong that is over already. */
  readonly onLoss: (text: string) => void;
  /** Keeps, for a control process after this one, what is recorded; undefined: nothing is. */
  readonly keep: (start: RecordingStart | undefined) => void;
}

interface Running {
  start: RecordingStart;
  /** There is sound in its file. */
  hasBegun: boolean;
  readonly worker: Worker;
  readonly begun: PromiseWithResolvers<RecordingStart>;
  readonly ended: PromiseWithResolvers<RecordingEnd>;
  isStopping: boolean;
}

/** How a recording ended. */
export interface RecordingEnd {
  readonly path: string;
  readonly frames: number;
  /** Why it ended before it was asked to; empty: it was asked to. */
  readonly problem: string;
}

export class Recorder {
  readonly #options: RecorderOptions;
  readonly #ring: OutputRing;
  #running: Running | undefined;
  #last: { readonly start: RecordingStart; readonly end: RecordingEnd } | undefined;

  constructor(options: RecorderOptions) {
    this.#options = options;
    this.#ring = new OutputRing(options.memory);
  }

  /** What is recorded, or was recorded last. */
  get status(): RecorderStatus {
    const { memory } = this.#options;
    const { sampleRateHz, channels } = memory.geometry;
    const start = this.#running?.start ?? this.#last?.start;
    if (start === undefined) {
      return { state: "off", file: "", seconds: 0, bytes: 0, lostFrames: 0, waitingSeconds: 0, problem: "" };
    }
    const { written, waitingBytes, lostFrames } = progressOf(memory);
    const problem = this.#running ? "" : this.#last!.end.problem;
    const bytesPerSecond = sampleRateHz * channels * sampleBytes(samplesOf(start.format));
    return {
      state: this.#running ? "recording" : problem === "" ? "off" : "failed",
      file: start.path,
      seconds: written.frames / sampleRateHz,
      bytes: written.bytes,
      lostFrames,
      waitingSeconds: waitingBytes / bytesPerSecond,
      problem,
    };
  }

  /** Why the last recording ended before it was asked to; undefined: it did not. */
  get problem(): string | undefined {
    return this.#last?.end.problem || undefined;
  }

  /**
   * Records from the next block on. Resolves when the first block is known: the device must take one for that.
   *
   * @throws {RecordingError} when the file cannot be made, CommandRefusedError when something is recorded already
   */
  start({ path, format }: RecordingPlace): Promise<RecordingStart> {
    if (this.#running) {
      throw new CommandRefusedError(`${this.#running.start.path} is being recorded; send /rec/stop first`);
    }
    const { memory, minFreeBytes, firstBlock, version, session, patch } = this.#options;
    const { sampleRateHz, channels, blockFrames } = memory.geometry;
    if (format.startsWith("flac") && channels > maxFlacChannels) {
      throw new RecordingError(
        `cannot record ${channels} channels to ${path}: FLAC holds ${maxFlacChannels} at most; give it a name that ends in .wav`,
      );
    }
    checkRoom(path, minFreeBytes);
    const block = memory.consumed() >>> 0;
    const begin: RecordingStart = {
      ...{ path, format, sampleRateHz, channels, blockFrames, block, version },
      frame: ((block - firstBlock) >>> 0) * blockFrames,
      unixMs: Date.now(),
      patch: patch(),
      session: session && basename(session),
    };
    createRecording(path, emptyRecording(begin));
    recordProgress(memory, { written: { frames: 0, bytes: 0 }, waitingBytes: 0, lostFrames: 0 });
    this.#acquire();
    return this.#run(begin, false).begun.promise;
  }

  /** Goes on with the recording of a control process that was lost; undefined: it recorded nothing. */
  adopt(start: RecordingStart | undefined): void {
    this.#ring.adopt(start === undefined ? 0 : 1);
    if (start !== undefined) this.#run(start, true);
  }

  /** Ends the recording after the last block that the device has taken. Resolves when the file is closed. Throws CommandRefusedError. */
  stop(): Promise<RecordingEnd> {
    const running = this.#running;
    if (running === undefined) {
      throw new CommandRefusedError("nothing is being recorded; /rec/start begins a recording");
    }
    if (!running.isStopping) {
      running.isStopping = true;
      const request: RecorderRequest = { endBlock: this.#options.memory.consumed() };
      running.worker.postMessage(request);
    }
    return running.ended.promise;
  }

  /** Ends what is recorded, if anything is: the engine ends. */
  async close(): Promise<void> {
    if (this.#running) await this.stop();
  }

  #acquire(): void {
    const { memory, native } = this.#options;
    this.#ring.acquire();
    const { outputOffset } = memory.geometry;
    const pages = memory.bytes.subarray(outputOffset, outputOffset + this.#ring.bytes);
    native.symbols.us_lock_memory(Deno.UnsafePointer.of(pages), BigInt(pages.length)); // without the right: as all other memory
  }

  #run(start: RecordingStart, goesOn: boolean): Running {
    const { memory, minFreeBytes, keep } = this.#options;
    const data: RecorderThreadStart = { buffer: memory.buffer, start, goesOn, minFreeBytes };
    const worker = new Worker(new URL("./recorder_worker.ts", import.meta.url), { workerData: data });
    const running: Running = {
      ...{ start, worker, hasBegun: goesOn, isStopping: false },
      begun: Promise.withResolvers(),
      ended: Promise.withResolvers(),
    };
    running.begun.promise.catch(() => {}); // told by the log as well
    this.#running = running;
    keep(start);
    worker.on("message", (report: RecorderReport) => this.#receive(running, report));
    worker.on("error", (error: Error) => this.#end(running, 0, `its thread ended: ${error.message}`));
    return running;
  }

  #receive(running: Running, report: RecorderReport): void {
    const { memory: { geometry: { sampleRateHz } }, emit, keep, onProblem, onLoss } = this.#options;
    switch (report.kind) {
      case "begun": {
        const { path, block, frame } = running.start = report.start;
        running.hasBegun = true;
        keep(report.start);
        onProblem(undefined);
        emit({ event: "recStart", path, block, seconds: frame / sampleRateHz });
        return running.begun.resolve(report.start);
      }
      case "lost": {
        const { path } = running.start;
        const seconds = report.frame / sampleRateHz;
        emit({ event: "recLost", path, seconds, frames: report.frames });
        return onLoss(
          `${path}: ${report.frames} frames from ${
            seconds.toFixed(3)
          } s on are lost, silence is in their place: the disk was too slow; ` +
            "record to another disk",
        );
      }
      case "ended":
        return this.#end(running, report.frames, report.problem);
    }
  }

  #end(running: Running, frames: number, problem: string): void {
    if (this.#running !== running) return;
    const { memory: { geometry: { sampleRateHz } }, emit, keep, onProblem } = this.#options;
    const { path } = running.start;
    const seconds = frames / sampleRateHz;
    const end = { path, frames, problem };
    this.#running = undefined;
    this.#last = { start: running.start, end };
    this.#ring.release(); // not before: another reader would begin with an empty ring
    keep(undefined);
    if (!running.hasBegun) removeEmpty(path);
    if (problem !== "") onProblem(`the recording ${path} ended after ${seconds.toFixed(1)} s: ${problem}`);
    emit({ event: "recStop", path, seconds, problem });
    running.begun.reject(
      new RecordingError(`cannot record to ${path}: ${problem || "it was stopped before it began"}`),
    );
    running.ended.resolve(end);
    void within(running.worker.terminate(), terminateMs);
  }
}

/** Throws {@link RecordingError} where a disk has not enough room to begin. */
function checkRoom(path: string, minFreeBytes: number): void {
  let free: number;
  try {
    const { bavail, bsize } = statfsSync(dirname(path));
    free = bavail * bsize;
  } catch {
    return; // the file cannot be made either, and that says why
  }
  if (free < minFreeBytes) {
    throw new RecordingError(`cannot record to ${path}: ${tooLittleFree(path, minFreeBytes)}`);
  }
}

/** Removes a file that has no sound. */
function removeEmpty(path: string): void {
  try {
    Deno.removeSync(path);
  } catch {
    // it has gone already
  }
}
