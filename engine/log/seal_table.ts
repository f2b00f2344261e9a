/**
 * The seal: which commands block n hears.
 *
 * Both renderers must apply the same commands to the same block although they reach it at different times. So the first
 * one to start block n compare-and-swaps the log head that it sees into `seal[n]`; everyone after it finds that and uses
 * it. Nothing else decides, no clock, no role.
 *
 * A seal is one 32-bit word, because 64-bit atomics of JavaScript allocate BigInts: 16 bits of tag (which lap of the
 * table the block belongs to) above 16 bits of log position. The position is completed from the renderer's own: it never
 * lies `logCapacity` or more behind the head. A word with a newer tag than one's own means that the caller has fallen a
 * whole table behind and must not go on.
 */
import type { SharedMemory } from "../memory/shared_memory.ts";

/** Answer of {@link SealTable.claim} to a renderer that is too far behind. Log positions are never negative. */
export const sealLost = -1;

export class SealTable {
  readonly #words: Int32Array<SharedArrayBuffer>;
  readonly #first: number;
  readonly #count: number;
  readonly #lapShift: number;

  constructor(memory: SharedMemory) {
    this.#words = memory.words;
    this.#first = memory.geometry.sealOffset / 4;
    this.#count = memory.geometry.sealCount;
    this.#lapShift = Math.log2(this.#count);
  }

  /** Marks every seal as belonging to the lap before `startBlock`. Main isolate, before renderers start. */
  reset(startBlock: number): void {
    for (let ahead = 0; ahead < this.#count; ahead++) {
      const block = (startBlock + ahead) | 0;
      this.#words[this.#indexOf(block)] = ((this.#tagOf(block) - 1) & 0xFFFF) << 16;
    }
  }

  /**
   * Seals `block` with `head`, or returns the position that another renderer has sealed before.
   * Renderer threads; allocates nothing.
   *
   * @returns the low 16 bits of the sealed position, for {@link completePosition}, or {@link sealLost}
   */
  claim(block: number, head: number): number {
    const index = this.#indexOf(block);
    const tag = this.#tagOf(block);
    const mine = (tag << 16) | (head & 0xFFFF);
    let seen = Atomics.load(this.#words, index);
    for (;;) {
      const lap = ((seen >>> 16) - tag) << 16 >> 16;
      if (lap === 0) return seen & 0xFFFF;
      if (lap > 0) return sealLost;
      const before = Atomics.compareExchange(this.#words, index, seen, mine);
      if (before === seen) return head & 0xFFFF;
      seen = before;
    }
  }

  /** The low 16 bits of the sealed log position, or {@link sealLost} where `block` is not sealed or no longer known. */
  read(block: number): number {
    const seen = Atomics.load(this.#words, this.#indexOf(block));
    return (seen >>> 16) === this.#tagOf(block) ? seen & 0xFFFF : sealLost;
  }

  /** Writes a seal of a recorded session. Offline renderer only. */
  restore(block: number, position: number): void {
    Atomics.store(this.#words, this.#indexOf(block), (this.#tagOf(block) << 16) | (position & 0xFFFF));
  }

  #indexOf(block: number): number {
    return this.#first + (block & (this.#count - 1));
  }

  #tagOf(block: number): number {
    return (block >>> this.#lapShift) & 0xFFFF;
  }
}

/** The full log position that ends in `low`, not before `position` and less than 65,536 after it. */
export function completePosition(position: number, low: number): number {
  return (position + ((low - position) & 0xFFFF)) | 0;
}
