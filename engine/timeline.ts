/**
 * Which frame sounds at which moment. A delay-locked loop of second order follows the callback's stamps (frame number
 * and processor ticks), as in F. Adriaensen, "Using a DLL to filter time" (LAC 2005); the wall clock is only an offset
 * to the monotonic one, so that a step of the wall clock moves no note that is already placed. Main isolate.
 */
import type { NativeLibrary } from "../ffi/native_symbols.ts";
import { fixed } from "./memory/layout.ts";
import { blocksBetween, type SharedMemory } from "./memory/shared_memory.ts";

/** Bandwidth of the loop: slow enough to smooth a millisecond of jitter, fast enough to lock within seconds. */
const bandwidthHz = 0.1;

/** A stamp this far off the prediction is no jitter: the stream was interrupted, and the loop starts anew. */
const resetMs = 50;

/** The wall clock is read again about this often; a difference below this is jitter of reading it. */
const wallStepMs = 5;

export interface FrameTime {
  readonly block: number;
  readonly frame: number;
}

export class Timeline {
  readonly #memory: SharedMemory;
  readonly #native: NativeLibrary;
  readonly #pair = new BigUint64Array(2);
  #ticksPerMs = 0;
  #firstPair: readonly [bigint, bigint];
  #lastBlock = 0;
  #lastFrame = 0;
  /** Filtered moment of the last stamp on the monotonic clock, and the period of a frame. */
  #timeMs = 0;
  #frameMs: number;
  #wallOffsetMs = 0;
  #locked = false;

  constructor(memory: SharedMemory, native: NativeLibrary) {
    this.#memory = memory;
    this.#native = native;
    this.#frameMs = 1_000 / memory.geometry.sampleRateHz;
    native.symbols.us_read_clocks(this.#pair);
    this.#firstPair = [this.#pair[0], this.#pair[1]];
    this.#readWall();
  }

  /** Milliseconds of the monotonic clock, with fraction. */
  nowMs(): number {
    this.#native.symbols.us_read_clocks(this.#pair);
    return Number(this.#pair[1]) / 1e6;
  }

  /** Processor ticks in a millisecond, as measured since the start; 0 before anything was measured. */
  get ticksPerMs(): number {
    return this.#ticksPerMs;
  }

  /** Takes the latest stamp in; to be called every few milliseconds. */
  follow(): void {
    this.#calibrate();
    const stamp = this.#readStamp();
    if (!stamp || this.#ticksPerMs === 0) return;
    const { blockFrames } = this.#memory.geometry;
    const frames = blocksBetween(stamp.block, this.#lastBlock) * blockFrames + stamp.frame - this.#lastFrame;
    if (this.#locked && frames === 0) return;
    const nowMs = Number(this.#pair[1]) / 1e6 - Number(this.#pair[0] - stamp.ticks) / this.#ticksPerMs;
    const predictedMs = this.#timeMs + frames * this.#frameMs;
    const errorMs = nowMs - predictedMs;
    if (!this.#locked || Math.abs(errorMs) > resetMs) {
      this.#timeMs = nowMs;
      this.#locked = true;
    } else {
      const omega = Math.min(0.5, 2 * Math.PI * bandwidthHz * frames * this.#frameMs / 1_000);
      this.#timeMs = predictedMs + Math.SQRT2 * omega * errorMs;
      this.#frameMs += omega * omega * errorMs / frames;
    }
    this.#lastBlock = stamp.block;
    this.#lastFrame = stamp.frame;
    this.#readWall();
  }

  /**
   * The frame that the device takes at a moment of the wall clock, without the latency of the device itself.
   *
   * @param unixMs milliseconds since 1970, with fraction
   */
  frameAt(unixMs: number): FrameTime {
    const { blockFrames } = this.#memory.geometry;
    const aheadMs = unixMs - this.#wallOffsetMs - this.#timeMs;
    const frames = this.#lastFrame + Math.round(aheadMs / this.#frameMs);
    const blocks = Math.floor(frames / blockFrames);
    return { block: (this.#lastBlock + blocks) | 0, frame: frames - blocks * blockFrames };
  }

  #readStamp(): { block: number; frame: number; ticks: bigint } | undefined {
    const { words, wide } = this.#memory;
    const { stampSequence, stampBlock, stampFrame, stampTicks } = fixed.callback;
    for (let attempt = 0; attempt < 100; attempt++) {
      const before = Atomics.load(words, stampSequence.index);
      const stamp = {
        block: words[stampBlock.index],
        frame: words[stampFrame.index],
        ticks: Atomics.load(wide, stampTicks.index),
      };
      if (before % 2 === 0 && Atomics.load(words, stampSequence.index) === before) {
        return before === 0 ? undefined : stamp;
      }
    }
    return undefined;
  }

  #calibrate(): void {
    this.#native.symbols.us_read_clocks(this.#pair);
    const [ticks, nanoseconds] = [this.#pair[0] - this.#firstPair[0], this.#pair[1] - this.#firstPair[1]];
    if (nanoseconds > 1_000_000n) this.#ticksPerMs = Number(ticks) / (Number(nanoseconds) / 1e6);
  }

  #readWall(): void {
    const monotonicMs = Number(this.#pair[1]) / 1e6;
    const fineMs = performance.timeOrigin + performance.now();
    const wallMs = Math.abs(fineMs - Date.now()) < wallStepMs ? fineMs : Date.now();
    const offsetMs = wallMs - monotonicMs;
    if (this.#wallOffsetMs === 0 || Math.abs(offsetMs - this.#wallOffsetMs) > wallStepMs) {
      this.#wallOffsetMs = offsetMs;
    }
  }
}
