/**
 * Follows the blocks that the device got, and keeps the last of them for windows and listeners. Telemetry thread; nothing allocates per
 * block.
 */
import { frameNumber } from "../engine/memory/frame_number.ts";
import { OutputRing } from "../engine/memory/output_ring.ts";
import { blocksBetween, type SharedMemory } from "../engine/memory/shared_memory.ts";
import type { ChannelMeters } from "./channel_meters.ts";

/** Frames that are kept: the longest window, and what listeners may be behind. */
const keptSeconds = 1;

/** Blocks taken in at once when the thread was held up; what is older is skipped. */
const maxBehindSeconds = 0.9;

/** A piece of the output. */
export interface Frames {
  readonly firstFrame: number;
  /** Interleaved. */
  readonly samples: Float32Array;
}

export class OutputFollower {
  readonly #memory: SharedMemory;
  readonly #ring: OutputRing;
  readonly #meters: ChannelMeters;
  readonly #block: Float32Array;
  readonly #kept: Float32Array;
  readonly #capacity: number;
  /** The next block to take in. */
  #next: number;
  /** Frame after the newest one that is kept, and the oldest one that is whole. */
  #endFrame: number;
  #firstFrame: number;
  #lastSoundFrame: number | undefined;
  readonly #silence: number;

  /** @param silence magnitude below which a sample is silent */
  constructor(memory: SharedMemory, meters: ChannelMeters, silence: number) {
    const { blockFrames, channels, sampleRateHz } = memory.geometry;
    this.#memory = memory;
    this.#ring = new OutputRing(memory);
    this.#meters = meters;
    this.#silence = silence;
    this.#block = new Float32Array(blockFrames * channels);
    this.#capacity = Math.max(16_384, Math.ceil(keptSeconds * sampleRateHz / blockFrames) * blockFrames);
    this.#capacity -= this.#capacity % blockFrames;
    this.#kept = new Float32Array(this.#capacity * channels);
    this.#next = memory.consumed();
    this.#endFrame = this.#firstFrame = frameNumber(memory, this.#next);
  }

  /** Frame after the newest one that is known. */
  get endFrame(): number {
    return this.#endFrame;
  }

  /** Seconds since the last sample that was not silent; undefined: there was none. */
  get silentSeconds(): number | undefined {
    if (this.#lastSoundFrame === undefined) return undefined;
    return (this.#endFrame - this.#lastSoundFrame) / this.#memory.geometry.sampleRateHz;
  }

  /** Takes in what the device has got since the last call. */
  poll(): void {
    const { blockFrames, sampleRateHz } = this.#memory.geometry;
    const consumed = this.#memory.consumed();
    const behind = blocksBetween(consumed, this.#next);
    const most = Math.floor(maxBehindSeconds * sampleRateHz / blockFrames);
    if (behind < 0 || behind > most) this.#restart((consumed - Math.min(most, Math.max(0, behind))) | 0);
    for (; blocksBetween(consumed, this.#next) > 0; this.#next = (this.#next + 1) | 0) {
      if (!this.#ring.copy(this.#next, this.#block)) {
        this.#meters.skip(1);
        this.#restart((this.#next + 1) | 0);
        this.#next = (this.#next - 1) | 0;
        continue;
      }
      this.#meters.record(this.#block);
      this.#keep();
    }
  }

  /**
   * Frames from `from` on, as far as they are known, at most `most`; those before the oldest known one are left out. Undefined: there
   * are none.
   */
  framesFrom(from: number, most = Infinity): Frames | undefined {
    const firstFrame = Math.max(from, this.#firstFrame, this.#endFrame - this.#capacity);
    const frames = Math.min(most, this.#endFrame - firstFrame);
    if (frames <= 0) return undefined;
    const { channels } = this.#memory.geometry;
    const samples = new Float32Array(frames * channels);
    const start = firstFrame % this.#capacity;
    const head = Math.min(frames, this.#capacity - start);
    samples.set(this.#kept.subarray(start * channels, (start + head) * channels));
    samples.set(this.#kept.subarray(0, (frames - head) * channels), head * channels);
    return { firstFrame, samples };
  }

  #keep(): void {
    const { blockFrames, channels } = this.#memory.geometry;
    this.#kept.set(this.#block, this.#endFrame % this.#capacity * channels);
    this.#endFrame += blockFrames;
    for (let index = this.#block.length - 1; index >= 0; index--) {
      if (Math.abs(this.#block[index]) < this.#silence) continue;
      this.#lastSoundFrame = this.#endFrame;
      break;
    }
  }

  /** Nothing before this block is known. */
  #restart(block: number): void {
    this.#next = block;
    this.#endFrame = this.#firstFrame = frameNumber(this.#memory, block);
  }
}
