import type { Driver } from "../../engine/device/driver.ts";
import { fixed, SeatState, within } from "../../engine/memory/layout.ts";
import { roleCount } from "../../engine/memory/constants.ts";
import { reportIndex } from "../../engine/memory/seats.ts";
import { blocksBetween, type SharedMemory } from "../../engine/memory/shared_memory.ts";
import type { NativeLibrary } from "../../ffi/native_symbols.ts";
import { sharedMemoryPointer } from "../../ffi/shared_memory_pointer.ts";
import { until } from "../../foundation/until.ts";
import { ManualClock } from "./manual_clock.ts";

/** Input samples of a block, interleaved. */
export type InputSource = (block: number) => Float32Array<ArrayBuffer>;

/** Longest wait for one poll of renderers and main isolate, in milliseconds per block, on a very busy machine. */
const maxMsPerBlock = 20;

/** What a wait is given besides. */
const patienceMs = 60_000;

/**
 * A driver that calls the native callback when a test says so, one block a call, and keeps what it gave out.
 *
 * Renderers and supervisor live in real time; only the device stands still between two steps. A step waits for the
 * renderers, so it conceals nothing, however busy the machine: it takes a block when every renderer that plays a role has
 * published it and the one after it, so that none of them looks late to the supervisor. A renderer that hangs or was ended holds the step up until the supervisor has replaced it. {@link call}
 * does not wait: it conceals what is missing, as a device does.
 *
 * The clock moves by a block with every call, and the moments that the callback notes for the timeline are of this clock.
 * Durations that the callback measures of itself stay those of the machine, so figures of load mean nothing here.
 */
export class ManualDriver implements Driver {
  readonly kind = "clock";
  readonly device = "manual (a test steps it)";
  readonly outputLatencySeconds = 0;
  readonly mayReturn = false;
  readonly periodFrames: number;
  /** As a device says it; undefined at first. */
  unheard: string | undefined;
  readonly #native: NativeLibrary;
  readonly #memory: SharedMemory;
  readonly #base: Deno.PointerValue;
  readonly #clock: ManualClock;
  readonly #parts: Float32Array[] = [];
  readonly #output: Float32Array<ArrayBuffer>;
  #input: InputSource | undefined;
  #alive = true;

  private constructor(native: NativeLibrary, memory: SharedMemory, clock: ManualClock) {
    const { blockFrames, channels } = memory.geometry;
    this.periodFrames = blockFrames;
    this.#native = native;
    this.#memory = memory;
    this.#base = sharedMemoryPointer(native, memory.bytes);
    this.#clock = clock;
    this.#output = new Float32Array(blockFrames * channels);
  }

  /** Opens the driver and makes the first call, which plays nothing yet: an engine waits for it. */
  static open(native: NativeLibrary, memory: SharedMemory, clock = new ManualClock()): ManualDriver {
    const driver = new ManualDriver(native, memory, clock);
    driver.call();
    return driver;
  }

  get alive(): boolean {
    return this.#alive;
  }

  /** Everything that the device got since the first block, interleaved. */
  get captured(): Float32Array<ArrayBuffer> {
    const whole = new Float32Array(this.#parts.length * this.#output.length);
    this.#parts.forEach((part, index) => whole.set(part, index * this.#output.length));
    return whole;
  }

  /** Records from this source from the next block on; silence before. */
  feed(source: InputSource): void {
    this.#input = source;
  }

  /** Takes the next blocks, each when the renderers have published it. */
  async step(blocks = 1): Promise<void> {
    let left = blocks;
    await soon(
      `renderers that publish ${blocks} blocks`,
      () => (left -= this.#takePublished(left)) === 0,
      patienceMs + blocks * maxMsPerBlock,
    );
  }

  /** Takes block after block, each when the renderers have published it, until the condition holds. */
  async playUntil(condition: string, holds: () => boolean, timeoutMs = patienceMs): Promise<void> {
    await soon(condition, () => holds() || (this.#takePublished(Infinity) > 0 && holds()), timeoutMs);
  }

  /** Takes the next blocks at once, published or not. */
  call(blocks = 1): void {
    if (!this.#alive) throw new Error("this driver was stopped");
    const { blockFrames, sampleRateHz } = this.#memory.geometry;
    for (let count = 0; count < blocks; count++) {
      const block = this.#memory.consumed();
      const input = this.#input?.(block) ?? null;
      this.#native.symbols.us_callback(input, this.#output, BigInt(blockFrames), null, 0n, this.#base);
      this.#memory.wide[fixed.callback.stampTicks.index] = this.#clock.ticks;
      this.#clock.advance(blockFrames / sampleRateHz);
      if (this.#memory.consumed() !== block) this.#parts.push(this.#output.slice());
    }
  }

  /** Takes the blocks of the fade at the end; to be awaited beside the engine's `stop`. */
  async playOut(): Promise<void> {
    const { words } = this.#memory;
    const over = () => !this.#alive || Atomics.load(words, fixed.callback.ended.index) === 1;
    await this.playUntil("the end of the fade", over);
  }

  /** Blocks taken, and the call at the start. */
  get calls(): number {
    return this.#memory.words[fixed.counters.callbacks.byte / 4];
  }

  /** It calls when a test says so. */
  attach(): void {}

  detach(): boolean {
    return true;
  }

  stop(): Promise<boolean> {
    this.#alive = false;
    return Promise.resolve(true);
  }

  /** Takes what is published, at most a lookahead: then the main isolate has its turn. Returns the blocks taken. */
  #takePublished(most: number): number {
    const limit = Math.min(most, this.#memory.lookaheadBlocks());
    let taken = 0;
    for (; taken < limit && this.#isPublished(); taken++) this.call();
    return taken;
  }

  /** There are renderers in roles, and all of them stay ahead of the device when it takes the next block. */
  #isPublished(): boolean {
    const { words } = this.#memory;
    const next = this.#memory.consumed();
    const first = fixed.control.roleRing.index;
    const seats = Array.from({ length: roleCount }, (_, role) => Atomics.load(words, first + role) - 1)
      .filter((seat) => seat >= 0);
    return seats.length > 0 && seats.every((seat) => {
      const report = reportIndex(this.#memory, seat);
      return Atomics.load(words, report + within.seatReport.state.index) === SeatState.running &&
        blocksBetween(Atomics.load(words, report + within.seatReport.published.index), next) > 1;
    });
  }
}

/**
 * Waits as tests do, and asks every millisecond: what asking costs here is the play of the device, after which it must not pause as
 * after a look at all processes.
 */
async function soon(condition: string, holds: () => boolean, timeoutMs: number): Promise<void> {
  if (!await until(holds, { timeoutMs })) {
    throw new Error(`gave up after ${timeoutMs} ms waiting for: ${condition}`);
  }
}
