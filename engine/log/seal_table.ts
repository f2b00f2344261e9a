/**
 * The seal: which commands block n hears.
 *
 * All renderers must apply the same commands to the same block although they reach it at different times. So the first
 * one to start block n compare-and-swaps the log head that it sees into `seal[n]`; every later one finds that and uses it.
 * Nothing else decides, no clock, no role.
 *
 * A seal is one 32-bit word, because 64-bit atomics of JavaScript allocate BigInts: 16 bits of tag (which lap of the
 * table the block belongs to) above 16 bits of log position. The position is completed from the renderer's own: it never
 * lies `logCapacity` or more behind the head. A word with a newer tag than one's own means that the caller has fallen a
 * whole table behind and must not go on.
 */
import { sealIndex, sealLap } from "../memory/places.ts";
import type { SharedMemory } from "../memory/shared_memory.ts";

/** Answer of {@link SealTable.claim} to a renderer that is too far behind. A position has 16 bits, so it is never negative. */
export const sealLost = -1;

export class SealTable {
  readonly #memory: SharedMemory;
  readonly #words: Int32Array<SharedArrayBuffer>;

  constructor(memory: SharedMemory) {
    this.#memory = memory;
    this.#words = memory.words;
  }

  /** Marks every seal as belonging to the lap before `startBlock`. Main isolate, before renderers start. */
  reset(startBlock: number): void {
    const { sealCount } = this.#memory.geometry;
    for (let ahead = 0; ahead < sealCount; ahead++) {
      const block = (startBlock + ahead) | 0;
      const lapBefore = sealLap(this.#memory, block - sealCount);
      this.#words[sealIndex(this.#memory, block)] = lapBefore << 16;
    }
  }

  /**
   * Seals `block` with `head`, or returns the position that another renderer has sealed before.
   * Renderer threads; allocates nothing.
   *
   * @returns the low 16 bits of the sealed position, for {@link completePosition}, or {@link sealLost}
   */
  claim(block: number, head: number): number {
    return claimSeal(
      this.#words,
      sealIndex(this.#memory, block),
      sealLap(this.#memory, block),
      head & 0xFFFF,
    );
  }

  /** The low 16 bits of the sealed log position, or {@link sealLost} where `block` is not sealed or no longer known. */
  read(block: number): number {
    const seen = Atomics.load(this.#words, sealIndex(this.#memory, block));
    return (seen >>> 16) === sealLap(this.#memory, block) ? seen & 0xFFFF : sealLost;
  }

  /** Writes a seal of a recorded session. Offline renderer only. */
  restore(block: number, position: number): void {
    const seal = (sealLap(this.#memory, block) << 16) | (position & 0xFFFF);
    Atomics.store(this.#words, sealIndex(this.#memory, block), seal);
  }
}

/**
 * Compare-and-swaps 16 bits below their tag into a word that belongs to an earlier lap, or finds what another has put there. Renderer
 * threads; allocates nothing.
 *
 * @param tag lap of the block that the seal is of
 * @returns the 16 bits that hold for all, or {@link sealLost}
 */
export function claimSeal(
  words: Int32Array<SharedArrayBuffer>,
  index: number,
  tag: number,
  value: number,
): number {
  const mine = (tag << 16) | value;
  let seen = Atomics.load(words, index);
  for (;;) {
    const lap = ((seen >>> 16) - tag) << 16 >> 16;
    if (lap === 0) return seen & 0xFFFF;
    if (lap > 0) return sealLost;
    const before = Atomics.compareExchange(words, index, seen, mine);
    if (before === seen) return value;
    seen = before;
  }
}

/** The full log position that ends in `low`, not before `position` and less than 65,536 after it. */
export function completePosition(position: number, low: number): number {
  return (position + ((low - position) & 0xFFFF)) | 0;
}
