/**
 * Gives the engine its place on a loaded machine: the process, and the Workers that it starts, above normal programs; the
 * renderers in real time below the callback, with a watchdog between; the memory of the sound never swapped out. Each part is
 * tried by itself, and works without the others. Main isolate.
 *
 *     callback p > watchdog p − 1 > renderers p − 2 > all other threads (nice −20) > other programs
 *
 * The callback's priority is read from the threads of this process, because only the sound system knows which it is; it
 * is read again while the engine plays, because another device brings another thread.
 */
import type { NativeLibrary } from "../../ffi/native_symbols.ts";
import { sharedMemoryPointer } from "../../ffi/shared_memory_pointer.ts";
import type { RealTimeStatus } from "../control/control.ts";
import { fixed } from "../memory/layout.ts";
import { reportFieldIndex } from "../memory/seats.ts";
import { lockSamples } from "../samples/lock_samples.ts";
import type { SharedMemory } from "../memory/shared_memory.ts";
import type { MissingRealTime } from "./real_time_rights.ts";

/**
 * Nice value asked for the main isolate, and so for the Workers that it starts: the lowest, because it waits for each to begin,
 * and meanwhile a fallen renderer is not noticed. Beside four loops at −10 it stood still for half a second at −11, where
 * PipeWire and PulseAudio are.
 */
export const mainNice = -20;

/** Levels from the callback down to the renderers: the watchdog has the one between. */
const levelsBelowCallback = 2;

/** Shorter time slices of the main isolate without the right to the lowest nice value, in nanoseconds. */
const sliceNanoseconds = 100_000n;

/** Time between two readings of the callback's priority. */
const readMs = 1_000;

/** So many readings may find no callback in real time: a stage is being replaced, and renderers keep their priority meanwhile. */
const maxMissedReads = 5;

export interface RealTimeOptions {
  readonly native: NativeLibrary;
  readonly memory: SharedMemory;
  /** False: everything stays in the normal class. */
  readonly enabled: boolean;
  /** The samples of the first patch. */
  readonly samples?: WebAssembly.Memory;
  /** Process that runs callback and watchdog; omitted: this one. 0: it has not started yet. */
  readonly stage?: () => number;
  /** A monotonic clock in milliseconds. */
  readonly nowMs?: () => number;
}

export class RealTime {
  readonly #native: NativeLibrary;
  readonly #memory: SharedMemory;
  readonly #base: Deno.PointerObject;
  readonly #enabled: boolean;
  readonly #stage: (() => number) | undefined;
  readonly #nowMs: () => number;
  readonly #niceBefore = new Int32Array(1);
  readonly #sessionBefore = new Int32Array(1);
  #sessionRaised = false;
  readonly #missing = new Set<MissingRealTime>();
  #mainNice = 0;
  #watched = false;
  #callback = 0;
  #nextReadMs = 0;
  /** Readings since the last that found a callback in real time. */
  #missedReads = 0;
  /** errno of the attempt to lock the memory that all threads share; 0: it is locked. */
  readonly #lockError: number;

  private constructor(options: RealTimeOptions) {
    const { native, memory, enabled, samples, nowMs = () => performance.now() } = options;
    this.#native = native;
    this.#memory = memory;
    this.#base = sharedMemoryPointer(native, memory.bytes);
    this.#enabled = enabled;
    this.#stage = options.stage;
    this.#nowMs = nowMs;
    // all but the snapshots, which may be large: no block waits for them
    const bytes = BigInt(memory.geometry.snapshotOffset);
    this.#lockError = native.symbols.us_lock_memory(this.#base, bytes) || lockSamples(native, samples);
    if (!enabled) return;
    this.#raiseMain();
    this.#watched = this.#stage === undefined && native.symbols.us_watchdog_start(this.#base) === 0;
  }

  /** Takes what the system grants. Before the first Worker, because Workers inherit the priority of this thread. */
  static begin(options: RealTimeOptions): RealTime {
    return new RealTime(options);
  }

  /** Reads the callback's priority from time to time, and tells renderers and watchdog theirs; for every tick. */
  poll(): void {
    if (this.#enabled && this.#nowMs() >= this.#nextReadMs) this.read();
  }

  /** The same at once: a device was opened. */
  read(): void {
    if (!this.#enabled) return;
    this.#nextReadMs = this.#nowMs() + readMs;
    const { symbols } = this.#native;
    // another engine of the session that has ended takes the session's priority back, and this one would starve
    if (this.#sessionRaised) symbols.us_schedule_session_nice(this.#mainNice, new Int32Array(1));
    const process = this.#stage?.();
    const found = process === 0 ? 0 : symbols.us_callback_priority(this.#base, process ?? 0);
    this.#missedReads = found === 0 ? this.#missedReads + 1 : 0;
    if (found === 0 && process !== undefined && this.#callback > 0 && this.#missedReads <= maxMissedReads) {
      return;
    }
    this.#callback = found;
    const renderers = this.#renderersBelow(this.#callback);
    const word = fixed.control.rendererPriority.index;
    if (Atomics.load(this.#memory.words, word) !== renderers) {
      Atomics.store(this.#memory.words, word, renderers);
    }
    this.#note("memlock", this.lockError !== 0);
    this.#note("callback", this.#callback === 0);
    if (this.#callback > 0) this.#note("rtprio", renderers === 0);
    else this.#note("rtprio", symbols.us_highest_priority(1) === 0);
  }

  /** @param running seats of the renderers in lockstep */
  status(running: readonly number[]): RealTimeStatus {
    const priorities = running.map((seat) =>
      Atomics.load(this.#memory.words, reportFieldIndex(this.#memory, seat, "realTime"))
    );
    return {
      callback: this.#callback,
      renderers: priorities.length === 0 ? 0 : Math.min(...priorities),
      mainIsolate: this.#mainNice,
      memoryLocked: this.lockError === 0,
      missing: this.missing.join(" "),
      demotions: Atomics.load(this.#memory.words, fixed.watchdog.demotions.index) >>> 0,
    };
  }

  /** What the system does not grant; nothing where real time was not asked for. */
  get missing(): readonly MissingRealTime[] {
    return [...this.#missing];
  }

  /** errno of the system that does not lock the memory of the sound; 0: all of it is locked. */
  get lockError(): number {
    const { geometry, words } = this.#memory;
    const arenas = Array.from(
      { length: geometry.seatCount },
      (_, seat) => Atomics.load(words, reportFieldIndex(this.#memory, seat, "lockError")),
    );
    return this.#lockError || (arenas.find((error) => error !== 0) ?? 0);
  }

  /** Ends the watchdog and gives the main isolate its priority back. The renderers have left. */
  async stop(): Promise<void> {
    if (!this.#enabled) return;
    const { symbols } = this.#native;
    Atomics.store(this.#memory.words, fixed.control.rendererPriority.index, 0);
    if (this.#watched) await symbols.us_watchdog_stop(this.#base);
    const ignored = new Int32Array(1);
    symbols.us_schedule_process_nice(this.#niceBefore[0], ignored);
    if (this.#sessionRaised) symbols.us_schedule_session_nice(this.#sessionBefore[0], ignored);
  }

  #raiseMain(): void {
    const { symbols } = this.#native;
    this.#mainNice = symbols.us_lowest_nice(mainNice);
    symbols.us_schedule_process_nice(this.#mainNice, this.#niceBefore);
    const refused = this.#mainNice > mainNice;
    this.#note("nice", refused);
    if (refused) symbols.us_schedule_slice(symbols.us_thread_id(), sliceNanoseconds);
    if (this.#mainNice < 0) {
      this.#sessionRaised = symbols.us_schedule_session_nice(this.#mainNice, this.#sessionBefore) === 0;
    }
  }

  /** The renderers' priority below a callback of this one, as far as the system grants it. */
  #renderersBelow(callback: number): number {
    const watchdog = callback - levelsBelowCallback + 1;
    return watchdog < 2 ? 0 : Math.max(0, this.#native.symbols.us_highest_priority(watchdog) - 1);
  }

  #note(part: MissingRealTime, isMissing: boolean): void {
    if (isMissing) this.#missing.add(part);
    else this.#missing.delete(part);
  }
}
