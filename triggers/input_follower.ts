/**
 * Follows what was captured, block by block, out of the shared memory. Captured blocks stay there for seconds and each says its number,
 * so a late look misses nothing and still knows the frame of every sample. Main isolate.
 */
import { frameNumber } from "../engine/memory/frame_number.ts";
import { within } from "../engine/memory/layout.ts";
import { inputSamplesIndex, inputSlotIndex } from "../engine/memory/places.ts";
import { blocksBetween, type SharedMemory } from "../engine/memory/shared_memory.ts";

/** Sound that is taken in at once: after a standstill the main isolate has its turns in between. */
const maxAtOnceSeconds = 0.5;

export interface InputListener {
  /**
   * A block of the input.
   *
   * @param channels samples of each channel; the arrays are used again
   * @param firstFrame as `EngineControl.frameAt` counts
   */
  hear(channels: readonly Float32Array[], firstFrame: number): void;
  /** Blocks are missing before the next one. */
  miss(): void;
}

export class InputFollower {
  readonly #memory: SharedMemory;
  readonly #channels: readonly Float32Array[];
  readonly #maxBlocks: number;
  #next: number;

  constructor(memory: SharedMemory) {
    const { blockFrames, inputChannels, sampleRateHz } = memory.geometry;
    this.#memory = memory;
    this.#channels = Array.from({ length: inputChannels }, () => new Float32Array(blockFrames));
    this.#maxBlocks = Math.ceil(maxAtOnceSeconds * sampleRateHz / blockFrames);
    this.#next = memory.consumed();
  }

  /** Hands over what was captured since the last call. */
  poll(listener: InputListener): void {
    const { geometry } = this.#memory;
    if (geometry.inputChannels === 0) return;
    const consumed = this.#memory.consumed();
    const behind = blocksBetween(consumed, this.#next);
    if (behind < 0 || behind >= geometry.inputSlots) {
      listener.miss();
      this.#next = (consumed - Math.min(this.#maxBlocks, geometry.inputSlots - 1)) | 0;
    }
    const end = (this.#next + Math.min(this.#maxBlocks, blocksBetween(consumed, this.#next))) | 0;
    for (; this.#next !== end; this.#next = (this.#next + 1) | 0) {
      if (this.#copy(this.#next)) listener.hear(this.#channels, frameNumber(this.#memory, this.#next));
      else listener.miss();
    }
  }

  /** False: the callback has written another block there. */
  #copy(block: number): boolean {
    const { words, floats, geometry: { blockFrames } } = this.#memory;
    const tag = inputSlotIndex(this.#memory, block) + within.inputSlot.tag.index;
    if (Atomics.load(words, tag) !== block) return false;
    const first = inputSamplesIndex(this.#memory, block);
    const count = this.#channels.length;
    for (let channel = 0; channel < count; channel++) {
      const samples = this.#channels[channel];
      for (let frame = 0; frame < blockFrames; frame++) {
        samples[frame] = floats[first + frame * count + channel];
      }
    }
    return Atomics.load(words, tag) === block;
  }
}
