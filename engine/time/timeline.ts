/**
 * Which frame sounds at which moment. A delay-locked loop of second order follows the callback's stamps (frame number
 * and processor ticks), as in F. Adriaensen, "Using a DLL to filter time" (LAC 2005), on the monotonic clock; the wall
 * clock is only an offset to it ({@link WallClock}).
 *
 * Time tags are not put through the loop one by one: its state moves by a fraction of a frame between two bundles, and
 * rounding would now and then make N frames into N ± 1. They lie on a straight line instead, at the nominal sample rate,
 * whose phase is that of the first bundle, so tags that are N frames apart give N frames, exactly, however far apart the
 * bundles arrive. The line is laid again only when it has stayed too far off the loop (the sound card's clock drifts), in a
 * pause, or at once when the stream was interrupted or the wall clock stepped for good. Main isolate.
 */
import type { NativeLibrary } from "../../ffi/native_symbols.ts";
import { CommandRefusedError, type CommandTime } from "../control/control.ts";
import { DriftLimit } from "./drift_limit.ts";
import { fixed } from "../memory/layout.ts";
import { blocksBetween, type SharedMemory } from "../memory/shared_memory.ts";
import { WallClock } from "./wall_clock.ts";

/** Bandwidth of the loop: slow enough to smooth a millisecond of jitter, fast enough to lock within seconds. */
const bandwidthHz = 0.1;

/** A stamp this far off the prediction is no jitter: the stream was interrupted, and the loop starts again. */
const resetMs = 50;

/** After a start of the loop, its bandwidth is wider for this long, and the period of a frame is taken as nominal. */
const settleMs = 1_000;

/** Farthest moment that a command can wait for or be late by: a day. Block numbers would wrap within weeks. */
const farthestMs = 24 * 3_600_000;

/** The clocks that a timeline reads; what is left out is the machine's. */
export interface TimelineClocks {
  /** Reads processor ticks and the monotonic clock in nanoseconds at one moment. */
  readonly readPair?: (pair: BigUint64Array<ArrayBuffer>) => void;
  /** Milliseconds since 1970. */
  readonly readWallMs?: () => number;
}

export interface FrameTime {
  readonly block: number;
  readonly frame: number;
}

/** A time tag, in milliseconds of its own clock, and the frame that was given to it. */
interface Anchor extends FrameTime {
  readonly tagMs: number;
}

/** The line of the time tags of one clock. */
class TagLine {
  readonly patience = new DriftLimit();
  anchor: Anchor | undefined;
}

export class Timeline {
  readonly #memory: SharedMemory;
  readonly #readPair: (pair: BigUint64Array<ArrayBuffer>) => void;
  readonly #pair = new BigUint64Array(2);
  #ticksPerMs = 0;
  #firstPair: readonly [bigint, bigint];
  #lastBlock = 0;
  #lastFrame = 0;
  /** Filtered moment of the last stamp on the monotonic clock, and the period of a frame. */
  #timeMs = 0;
  #frameMs: number;
  readonly #wall: WallClock;
  #locked = false;
  readonly #wallLine = new TagLine();
  readonly #monotonicLine = new TagLine();
  #lockedAtMs = 0;

  constructor(memory: SharedMemory, native: NativeLibrary, clocks: TimelineClocks = {}) {
    this.#memory = memory;
    this.#wall = new WallClock(clocks.readWallMs);
    this.#readPair = clocks.readPair ?? ((pair) => native.symbols.us_read_clocks(pair));
    this.#frameMs = 1_000 / memory.geometry.sampleRateHz;
    this.#readPair(this.#pair);
    this.#firstPair = [this.#pair[0], this.#pair[1]];
    this.#wall.poll(Number(this.#pair[1]) / 1e6);
  }

  /** Milliseconds of the monotonic clock, with fraction. */
  nowMs(): number {
    this.#readPair(this.#pair);
    return Number(this.#pair[1]) / 1e6;
  }

  /** Processor ticks in a millisecond, as measured since the start; 0 before anything was measured. */
  get ticksPerMs(): number {
    return this.#ticksPerMs;
  }

  /** Milliseconds since the device called last; Infinity before its first call. */
  get callbackAgeMs(): number {
    const stamp = this.#readStamp();
    if (!stamp || this.#ticksPerMs === 0) return Infinity;
    this.#readPair(this.#pair);
    return Math.max(0, Number(this.#pair[0] - stamp.ticks) / this.#ticksPerMs);
  }

  /** Takes the latest stamp in; to be called every few milliseconds. */
  follow(): void {
    this.#calibrate();
    this.#wall.poll(Number(this.#pair[1]) / 1e6);
    const stamp = this.#readStamp();
    if (!stamp || this.#ticksPerMs === 0) return;
    const { blockFrames } = this.#memory.geometry;
    const frames = blocksBetween(stamp.block, this.#lastBlock) * blockFrames + stamp.frame - this.#lastFrame;
    if (this.#locked && frames === 0) return;
    const nowMs = Number(this.#pair[1]) / 1e6 - Number(this.#pair[0] - stamp.ticks) / this.#ticksPerMs;
    const predictedMs = this.#timeMs + frames * this.#frameMs;
    const errorMs = nowMs - predictedMs;
    if (!this.#locked || Math.abs(errorMs) > resetMs) {
      this.#timeMs = this.#lockedAtMs = nowMs;
      this.#frameMs = 1_000 / this.#memory.geometry.sampleRateHz;
      this.#locked = true;
    } else if (nowMs - this.#lockedAtMs < settleMs) { // the mean of all stamps so far
      const share = Math.min(1, frames * this.#frameMs / (nowMs - this.#lockedAtMs));
      this.#timeMs = predictedMs + share * errorMs;
    } else {
      const omega = Math.min(0.5, 2 * Math.PI * bandwidthHz * frames * this.#frameMs / 1_000);
      this.#timeMs = predictedMs + Math.SQRT2 * omega * errorMs;
      this.#frameMs += omega * omega * errorMs / frames;
    }
    this.#lastBlock = stamp.block;
    this.#lastFrame = stamp.frame;
  }

  /**
   * The frame that the device takes at a moment of the wall clock, without the latency of the device itself.
   *
   * @param unixMs milliseconds since 1970, with fraction; more than a day ago counts as a day ago
   * @throws {CommandRefusedError} for a moment more than a day ahead
   */
  frameAt(unixMs: number): FrameTime {
    return this.#frameAt(unixMs, unixMs - this.#wall.offsetMs, this.#wallLine);
  }

  /** The frame of a command's time, by the clock that it is given in; otherwise as {@link Timeline.frameAt}. */
  frameOf(time: CommandTime): FrameTime {
    if ("unixMs" in time) return this.frameAt(time.unixMs);
    return this.#frameAt(time.monotonicMs, time.monotonicMs, this.#monotonicLine);
  }

  #frameAt(tagMs: number, monotonicMs: number, line: TagLine): FrameTime {
    const { blockFrames, sampleRateHz } = this.#memory.geometry;
    const nowMs = this.nowMs();
    const sinceNowMs = Math.max(-farthestMs, monotonicMs - nowMs);
    if (!(sinceNowMs <= farthestMs)) {
      throw new CommandRefusedError(
        `time tag: expected at most ${farthestMs / 1_000} s ahead, found ${Math.round(sinceNowMs / 1_000)} s`,
      );
    }
    const nowFrames = this.#lastFrame + (nowMs - this.#timeMs) / this.#frameMs;
    const exactFrames = nowFrames + sinceNowMs * sampleRateHz / 1_000;
    const onLine = line.anchor && this.#framesOnLine(line.anchor, tagMs);
    // a tag so old that it was cut is far off any line, and lays none
    if (sinceNowMs === -farthestMs) return this.#placed(Math.round(exactFrames), blockFrames);
    if (
      onLine !== undefined &&
      line.patience.mayStay(Math.abs(onLine - exactFrames) * 1_000 / sampleRateHz, nowMs)
    ) {
      return this.#placed(onLine, blockFrames);
    }
    const placed = this.#placed(Math.round(exactFrames), blockFrames);
    line.anchor = { tagMs, ...placed };
    return placed;
  }

  /** Frames from the start of the last stamp's block to a moment, on the line of time tags. */
  #framesOnLine(anchor: Anchor, tagMs: number): number {
    const { blockFrames, sampleRateHz } = this.#memory.geometry;
    const since = Math.round((tagMs - anchor.tagMs) * sampleRateHz / 1_000);
    return blocksBetween(anchor.block, this.#lastBlock) * blockFrames + anchor.frame + since;
  }

  #placed(frames: number, blockFrames: number): FrameTime {
    const blocks = Math.floor(frames / blockFrames);
    return { block: (this.#lastBlock + blocks) | 0, frame: frames - blocks * blockFrames };
  }

  #readStamp(): { block: number; frame: number; ticks: bigint } | undefined {
    const { words, wide } = this.#memory;
    const { stampSequence, stampBlock, stampFrame, stampTicks } = fixed.callback;
    for (let attempt = 0; attempt < 100; attempt++) {
      const before = Atomics.load(words, stampSequence.index);
      const stamp = {
        block: Atomics.load(words, stampBlock.index), // a plain load may move behind the second look
        frame: Atomics.load(words, stampFrame.index),
        ticks: Atomics.load(wide, stampTicks.index),
      };
      if (before % 2 === 0 && Atomics.load(words, stampSequence.index) === before) {
        return before === 0 ? undefined : stamp;
      }
    }
    return undefined;
  }

  #calibrate(): void {
    this.#readPair(this.#pair);
    const [ticks, nanoseconds] = [this.#pair[0] - this.#firstPair[0], this.#pair[1] - this.#firstPair[1]];
    if (nanoseconds > 1_000_000n) this.#ticksPerMs = Number(ticks) / (Number(nanoseconds) / 1e6);
  }
}
