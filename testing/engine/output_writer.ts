import { fixed, within } from "../../engine/memory/layout.ts";
import { deliveredIndex, outputSamplesIndex, outputSlotIndex } from "../../engine/memory/places.ts";
import type { SharedMemory } from "../../engine/memory/shared_memory.ts";

/** Stands for a callback that keeps its output: a test says what the device got. */
export class OutputWriter {
  readonly #memory: SharedMemory;

  constructor(memory: SharedMemory) {
    this.#memory = memory;
  }

  /**
   * The device takes a block; undefined: one that is not kept.
   *
   * @param sample gives each sample by its frame in the block and its channel
   */
  play(sample: ((frame: number, channel: number) => number) | undefined, ring = 1): void {
    const { words, floats, wide, geometry } = this.#memory;
    const { blockFrames, channels } = geometry;
    const block = this.#memory.consumed();
    if (sample) {
      const first = outputSamplesIndex(this.#memory, block);
      for (let index = 0; index < blockFrames * channels; index++) {
        floats[first + index] = sample(Math.floor(index / channels), index % channels);
      }
      words[outputSlotIndex(this.#memory, block) + within.outputSlot.tag.index] = block;
    }
    words[deliveredIndex(this.#memory, block) + within.delivered.ring.index] = ring;
    wide[fixed.counters.frames.index] += BigInt(blockFrames);
    wide[fixed.counters.callbacks.index]++;
    words[fixed.callback.consumed.index] = block + 1;
  }
}
