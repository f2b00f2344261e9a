import type { NativeLibrary } from "../../ffi/native_symbols.ts";
import { sharedMemoryPointer } from "../../ffi/shared_memory_pointer.ts";
import { within } from "../../foundation/within.ts";
import { fixed } from "../memory/layout.ts";
import type { SharedMemory } from "../memory/shared_memory.ts";
import type { Driver } from "./driver.ts";
import { DriverError } from "./driver_error.ts";

/** Highest real-time priority of the clock thread: below kernel threads, above everything of ours. */
export const clockPriority = 60;

/** The thread ends within a period, unless it has no processor. */
const stopMs = 1_000;

export interface ClockOptions {
  /** Frames asked for in each call; by default a block. */
  readonly periodFrames?: number;
  /** Why it plays in place of a device that was asked for, with the remedy; omitted: the clock was asked for. */
  readonly unheard?: string;
}

/** Calls the callback from a native thread at absolute deadlines, with no device behind it. Makes no sound. */
export class ClockDriver implements Driver {
  readonly kind = "clock";
  readonly mayReturn = false;
  readonly device = "clock (no sound)";
  readonly outputLatencySeconds = 0;
  readonly periodFrames: number;
  readonly unheard: string | undefined;
  readonly #native: NativeLibrary;
  readonly #memory: SharedMemory;
  readonly #base: Deno.PointerValue;
  #stopping: Promise<number> | undefined;
  #running = true;

  private constructor(native: NativeLibrary, memory: SharedMemory, { periodFrames, unheard }: ClockOptions) {
    this.#native = native;
    this.#memory = memory;
    this.#base = sharedMemoryPointer(native, memory.bytes);
    this.periodFrames = periodFrames ?? memory.geometry.blockFrames;
    this.unheard = unheard;
  }

  /** Throws {@link DriverError}. */
  static start(native: NativeLibrary, memory: SharedMemory, options: ClockOptions = {}): ClockDriver {
    const driver = new ClockDriver(native, memory, options);
    const priority = native.symbols.us_highest_priority(clockPriority) || clockPriority;
    const error = native.symbols.us_clock_start(driver.#base, driver.periodFrames, priority);
    if (error === 0) return driver;
    throw new DriverError(
      `the clock thread did not start (errno ${error}); another engine may run in this process`,
    );
  }

  get alive(): boolean {
    return this.#running;
  }

  /** All calls of the callback: while the clock plays, no other calls it. */
  get calls(): number {
    return this.#memory.words[fixed.counters.callbacks.byte / 4];
  }

  /** It plays from its start. */
  attach(): void {}

  /** It plays until it is stopped. */
  detach(): boolean {
    return !this.#running;
  }

  /** False when the thread did not end in time; the next call waits for it again. */
  async stop(): Promise<boolean> {
    if (!this.#running) return true;
    this.#stopping ??= this.#native.symbols.us_clock_stop(this.#base);
    const ended = await within(this.#stopping, stopMs);
    if (ended !== undefined) this.#running = false;
    return !this.#running;
  }
}
