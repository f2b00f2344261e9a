import type { NativeLibrary } from "../../ffi/native_symbols.ts";
import { sharedMemoryPointer } from "../../ffi/shared_memory_pointer.ts";
import type { SharedMemory } from "../memory/shared_memory.ts";
import type { Driver } from "./driver.ts";
import { DriverError } from "./driver_error.ts";

/** Highest real-time priority of the clock thread: below kernel threads, above everything of ours. */
export const clockPriority = 60;

/** Calls the callback from a native thread at absolute deadlines, with no device behind it. Makes no sound. */
export class ClockDriver implements Driver {
  readonly kind = "clock";
  readonly usesJack = false;
  readonly stopsWhenLost = true;
  readonly device = "clock (no sound)";
  readonly outputLatencySeconds = 0;
  readonly #native: NativeLibrary;
  readonly #base: Deno.PointerValue;
  #running = true;

  private constructor(native: NativeLibrary, base: Deno.PointerValue) {
    this.#native = native;
    this.#base = base;
  }

  /** @param periodFrames frames asked for in each call; by default a block. Throws {@link DriverError}. */
  static start(
    native: NativeLibrary,
    memory: SharedMemory,
    periodFrames = memory.geometry.blockFrames,
  ): ClockDriver {
    const base = sharedMemoryPointer(native, memory.bytes);
    const priority = native.symbols.us_highest_priority(clockPriority) || clockPriority;
    const error = native.symbols.us_clock_start(base, periodFrames, priority);
    if (error !== 0) {
      throw new DriverError(
        `the clock thread did not start (errno ${error}); another engine may run in this process`,
      );
    }
    return new ClockDriver(native, base);
  }

  get alive(): boolean {
    return this.#running;
  }

  async stop(): Promise<void> {
    if (!this.#running) return;
    this.#running = false;
    await this.#native.symbols.us_clock_stop(this.#base);
  }
}
