/** Renderers as Workers of this process. */
import { MessageChannel, type MessagePort, Worker } from "node:worker_threads";
import type { CompiledPatch } from "../../compiler/graph/compiled_patch.ts";
import type { NativeLibrary } from "../../ffi/native_symbols.ts";
import { SeatState } from "../memory/layout.ts";
import { orderIndex, reportFieldIndex } from "../memory/seats.ts";
import type { SharedMemory } from "../memory/shared_memory.ts";
import type { NumberedPatch, PatchDelivery, RendererStart } from "../renderer/renderer_start.ts";
import type { Occupant, Seating } from "./occupant.ts";

export interface ThreadSeatingOptions {
  readonly memory: SharedMemory;
  /** The module of a renderer's thread, as it was when the engine started. */
  readonly module: URL;
  /** Every patch that a renderer may need, in the order of loading. */
  readonly patches: readonly { readonly number: number; readonly patch: CompiledPatch }[];
  readonly checksum: WebAssembly.Module;
  readonly native: NativeLibrary;
  readonly nativeLibrary: string;
  readonly seed: number;
  readonly faultsAllowed: boolean;
  /** Called when the thread of a renderer has ended. */
  readonly onEnd?: () => void;
}

/** Memory of a renderer's heap, in MiB: it needs about 4; one that grows to this has a fault. */
const heapLimitMiB = 64;

/**
 * A thread that takes no orders yet is left alone for this long: it reads its order to end as the first one. The runtime
 * can end the whole process when a thread is ended while it starts (measured with 2.9.6).
 */
const maxStartMs = 5_000;

export class ThreadSeating implements Seating {
  readonly #options: ThreadSeatingOptions;
  #patches: NumberedPatch[];

  constructor(options: ThreadSeatingOptions) {
    this.#options = options;
    this.#patches = options.patches.map(({ number, patch }) => ({ number, patch: withoutSource(patch) }));
  }

  addPatch(number: number, patch: CompiledPatch): Promise<void> {
    this.#patches.push({ number, patch: withoutSource(patch) });
    return Promise.resolve();
  }

  forgetPatchesBefore(number: number): void {
    this.#patches = this.#patches.filter((patch) => patch.number >= number);
  }

  removePatch(number: number): void {
    this.#patches = this.#patches.filter((patch) => patch.number !== number);
  }

  /** Threads start from this process's own memory. */
  keepFiles(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  /** Threads end with the process that an earlier control process was. */
  adopt(): undefined {}

  spawn(seat: number, incarnation: number): Occupant {
    const { memory, module, checksum, nativeLibrary, seed, faultsAllowed } = this.#options;
    const { port1: patchPort, port2: far } = new MessageChannel();
    const start: RendererStart = {
      buffer: memory.buffer,
      seat,
      incarnation,
      patches: this.#patches,
      patchPort: far,
      checksum,
      nativeLibrary,
      seed,
      faultsAllowed,
    };
    const worker = openWorker(module, start, patchPort);
    const knownPatches = () => this.#patches;
    const { native, onEnd } = this.#options;
    return new ThreadOccupant({ memory, native, onEnd, worker, patchPort, seat, incarnation, knownPatches });
  }
}

/** Makes the thread. Where the runtime refuses it, the error is passed on and nothing is left open. */
function openWorker(module: URL, start: RendererStart, patchPort: MessagePort): Worker {
  try {
    return new Worker(module, {
      workerData: start,
      transferList: [start.patchPort],
      resourceLimits: { maxOldGenerationSizeMb: heapLimitMiB },
    });
  } catch (error) {
    patchPort.close();
    throw error;
  }
}

interface ThreadOccupantOptions extends Pick<ThreadSeatingOptions, "memory" | "native" | "onEnd"> {
  readonly worker: Worker;
  readonly patchPort: MessagePort;
  readonly seat: number;
  readonly incarnation: number;
  readonly knownPatches: () => readonly NumberedPatch[];
}

class ThreadOccupant implements Occupant {
  readonly #options: ThreadOccupantOptions;
  readonly started = true;
  exited = false;
  outOfMemory = false;

  constructor(options: ThreadOccupantOptions) {
    this.#options = options;
    options.worker.on("error", (error: Error & { code?: string }) => {
      this.outOfMemory ||= error.code === "ERR_WORKER_OUT_OF_MEMORY";
    });
    options.worker.on("exit", () => {
      this.exited = true;
      options.patchPort.close();
      options.onEnd?.();
    });
  }

  get incarnation(): number {
    return this.#options.incarnation;
  }

  get gone(): boolean {
    return this.exited && this.#threadGone();
  }

  deliver(): void {
    const { memory, seat, patchPort, knownPatches } = this.#options;
    const patches = knownPatches();
    const newest = patches[patches.length - 1];
    const delivery: PatchDelivery = { ...newest, oldest: patches[0].number };
    patchPort.postMessage(delivery);
    Atomics.store(memory.words, orderIndex(memory, seat, "patch"), newest.number);
  }

  terminate(graceMs: number): void {
    const { worker } = this.#options;
    if (this.exited) return;
    if (graceMs === 0) return void worker.terminate();
    const startedMs = performance.now();
    let takesOrdersMs = startedMs; // at the earliest
    const force = setInterval(() => {
      const nowMs = performance.now();
      if (this.#isStarting() && nowMs - startedMs < maxStartMs) {
        takesOrdersMs = nowMs;
        return;
      }
      if (nowMs - takesOrdersMs < graceMs) return;
      clearInterval(force);
      worker.terminate();
    }, graceMs);
    worker.once("exit", () => clearInterval(force));
  }

  demote(): number {
    const threadId = this.#threadId();
    return threadId === 0 ? 0 : this.#options.native.symbols.us_schedule_behind(threadId);
  }

  lastWords(): string {
    return "";
  }

  /** It takes no orders yet: its module is loaded, or its patches are made ready. */
  #isStarting(): boolean {
    const { memory, seat } = this.#options;
    const state = Atomics.load(memory.words, reportFieldIndex(memory, seat, "state"));
    return state === SeatState.empty || state === SeatState.starting;
  }

  #threadId(): number {
    const { memory, seat } = this.#options;
    return Atomics.load(memory.words, reportFieldIndex(memory, seat, "threadId"));
  }

  /** Asked of the kernel: the runtime lets no program that may not do everything read `/proc`. */
  #threadGone(): boolean {
    const threadId = this.#threadId();
    return threadId === 0 || this.#options.native.symbols.us_thread_exists(threadId) === 0;
  }
}

/** The part of a patch that a renderer needs; the binary stays in the main isolate, for the recording. */
function withoutSource({ wasm: _wasm, ...patch }: CompiledPatch): NumberedPatch["patch"] {
  return patch;
}
