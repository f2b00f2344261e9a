/**
 * What the device got, block by block, as the callback handed it over: concealed, faded and bent blocks among them. The callback
 * copies each block into the ring while anybody reads it, in constant time; without readers it looks at one word. As many blocks are kept
 * as the seal table covers (`historySeconds` at least), so a reader may be that late, and so may a control process that takes over; of
 * many channels fewer are (`maxOutputRingBytes`).
 */
import { fixed, within } from "./layout.ts";
import { outputSamplesIndex, outputSlotIndex } from "./places.ts";
import type { SharedMemory } from "./shared_memory.ts";

const readers = fixed.control.keepOutput.index;

export class OutputRing {
  readonly #memory: SharedMemory;
  readonly #blockSamples: number;

  constructor(memory: SharedMemory) {
    this.#memory = memory;
    this.#blockSamples = memory.geometry.blockFrames * memory.geometry.channels;
  }

  /**
   * One more reader: blocks are kept from the next one on, or from the one after it. Touches the pages first where there was no
   * reader, so that none faults in the callback. Main isolate.
   */
  acquire(): void {
    const { words, bytes, geometry } = this.#memory;
    if (Atomics.load(words, readers) === 0) {
      bytes.fill(0, geometry.outputOffset, geometry.outputOffset + this.bytes);
      // no block here has the tag of the next slot
      for (let slot = 0; slot < geometry.outputSlots; slot++) {
        words[outputSlotIndex(this.#memory, slot) + within.outputSlot.tag.index] = slot + 1;
      }
    }
    Atomics.add(words, readers, 1);
  }

  /** One reader less. Main isolate. */
  release(): void {
    Atomics.sub(this.#memory.words, readers, 1);
  }

  /** States how many readers there are, whatever a control process before this one has left. Main isolate. */
  adopt(count: number): void {
    Atomics.store(this.#memory.words, readers, count);
  }

  /** Size of the ring. */
  get bytes(): number {
    const { outputSlots, outputSlotBytes } = this.#memory.geometry;
    return outputSlots * outputSlotBytes;
  }

  /**
   * Copies a block that the device has taken, interleaved. False: it was not kept, or not any more. Any thread; does not allocate.
   *
   * @param into room for the block from `at` on
   */
  copy(block: number, into: Float32Array, at = 0): boolean {
    const { words, floats } = this.#memory;
    const tag = outputSlotIndex(this.#memory, block) + within.outputSlot.tag.index;
    if (Atomics.load(words, tag) !== (block | 0)) return false;
    const first = outputSamplesIndex(this.#memory, block);
    for (let index = 0; index < this.#blockSamples; index++) into[at + index] = floats[first + index];
    return Atomics.load(words, tag) === (block | 0);
  }
}
