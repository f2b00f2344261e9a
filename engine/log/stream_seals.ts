/**
 * The seal of the streams: which players are late in block n.
 *
 * All renderers must hear the same of a file although its pages come while they play. So the first one to ask whether the pages that
 * the players need in block n are there compare-and-swaps its answer into the seal; every later one finds that and uses it, even
 * if the pages have come since. Every block is sealed, also one in which no player plays: so it shows whether the answer may still come.
 *
 * A seal is two 32-bit words, each with 16 bits of tag (which lap of the table the block belongs to) above one bit for each
 * of 16 players: 1 where it is late, and so silent.
 */
import { playerCount } from "../memory/constants.ts";
import { sealLap, streamSealIndex } from "../memory/places.ts";
import type { SharedMemory } from "../memory/shared_memory.ts";
import { claimSeal } from "./seal_table.ts";

/** Words of a seal. */
const streamSealHalves = playerCount / 16;

export class StreamSeals {
  readonly #memory: SharedMemory;
  readonly #words: Int32Array<SharedArrayBuffer>;

  constructor(memory: SharedMemory) {
    this.#memory = memory;
    this.#words = memory.words;
  }

  /** Marks every seal as belonging to the lap before `startBlock`. Main isolate, before renderers start. */
  reset(startBlock: number): void {
    const { sealCount, pageCount } = this.#memory.geometry;
    if (pageCount === 0) return;
    for (let ahead = 0; ahead < sealCount; ahead++) {
      const block = (startBlock + ahead) | 0;
      const lapBefore = sealLap(this.#memory, block - sealCount);
      for (let half = 0; half < streamSealHalves; half++) {
        this.#words[streamSealIndex(this.#memory, block, half)] = lapBefore << 16;
      }
    }
  }

  /**
   * Seals which of 16 players are late in `block`, or returns what another renderer has sealed before. Renderer threads; allocates
   * nothing.
   *
   * @param late one bit a player
   * @returns the bits that hold for all, or `sealLost`, which bits of players never are
   */
  claim(block: number, half: number, late: number): number {
    return claimSeal(
      this.#words,
      streamSealIndex(this.#memory, block, half),
      sealLap(this.#memory, block),
      late,
    );
  }

  /** One bit for each player that is late in `block`; 0 where it is not sealed. Allocates nothing. */
  read(block: number): number {
    let late = 0;
    for (let half = 0; half < streamSealHalves; half++) {
      const seen = Atomics.load(this.#words, streamSealIndex(this.#memory, block, half));
      if ((seen >>> 16) === sealLap(this.#memory, block)) late |= (seen & 0xFFFF) << (16 * half);
    }
    return late;
  }

  /** Whether all of `block` is sealed: what {@link read} says of it is final. Allocates nothing. */
  isSealed(block: number): boolean {
    const lap = sealLap(this.#memory, block);
    for (let half = 0; half < streamSealHalves; half++) {
      const seen = Atomics.load(this.#words, streamSealIndex(this.#memory, block, half));
      if ((seen >>> 16) !== lap) return false;
    }
    return true;
  }

  /** Seals a block that no renderer will render: nothing is late in it. Main isolate. */
  close(block: number): void {
    if (this.#memory.geometry.pageCount === 0) return;
    for (let half = 0; half < streamSealHalves; half++) this.claim(block, half, 0);
  }

  /** Writes the seal of a recorded session. Offline renderer only. */
  restore(block: number, late: number): void {
    const tag = sealLap(this.#memory, block) << 16;
    for (let half = 0; half < streamSealHalves; half++) {
      const word = tag | ((late >>> (16 * half)) & 0xFFFF);
      Atomics.store(this.#words, streamSealIndex(this.#memory, block, half), word);
    }
  }
}
