/**
 * How far the renderers run ahead of the device. A host that takes many blocks at once needs them all beforehand, and its period may
 * change while it plays; so the lookahead grows with it, and shrinks on request. A change is an entry of the command log, because the
 * input that a block hears depends on it. Main isolate.
 */
import type { Log } from "../../foundation/logging.ts";
import { lookaheadShareOfRing } from "../memory/constants.ts";
import { fixed, ringSlotsOf } from "../memory/layout.ts";
import type { SharedMemory } from "../memory/shared_memory.ts";

/** The host's period must fit into the lookahead with this many blocks left for the renderers to work in. */
const blocksBeyondPeriod = 2;

export interface LookaheadOptions {
  readonly memory: SharedMemory;
  readonly log: Log;
  /** Appends the entry to the command log; false while that has no room. */
  readonly append: (blocks: number) => boolean;
}

export class Lookahead {
  readonly #options: LookaheadOptions;
  readonly #configuredBlocks: number;
  #periodFrames = 0;
  #problem: string | undefined;

  constructor(options: LookaheadOptions) {
    this.#options = options;
    this.#configuredBlocks = options.memory.geometry.lookaheadBlocks;
  }

  /** Most blocks that the rings allow. */
  get maxBlocks(): number {
    return Math.floor(this.#options.memory.geometry.ringSlots * lookaheadShareOfRing);
  }

  /** Why the device's period does not fit, with the remedy; undefined: it fits. */
  get problem(): string | undefined {
    return this.#problem;
  }

  /** Least blocks for the period that the device has now. */
  get minBlocks(): number {
    const { blockFrames } = this.#options.memory.geometry;
    // the configured lookahead is meant for a device whose period is a block
    if (this.#periodFrames === blockFrames) return blocksBeyondPeriod;
    return Math.min(this.maxBlocks, Math.ceil(this.#periodFrames / blockFrames) + blocksBeyondPeriod);
  }

  /**
   * Grows with the period; for every tick. Returns the new number of blocks, or undefined when it stays.
   *
   * @param periodFrames frames that the device takes at once; 0: not known
   */
  follow(periodFrames: number): number | undefined {
    const { memory, log } = this.#options;
    if (periodFrames !== this.#periodFrames) {
      this.#periodFrames = periodFrames;
      this.#problem = this.#findProblem();
      if (this.#problem !== undefined) log.error(this.#problem);
    }
    const before = memory.lookaheadBlocks();
    if (this.minBlocks <= before || !this.#set(this.minBlocks)) return undefined;
    const blocks = memory.lookaheadBlocks();
    const { blockFrames, sampleRateHz } = memory.geometry;
    const moreMs = (blocks - before) * blockFrames / sampleRateHz * 1_000;
    log.warning(
      `the device takes ${periodFrames} frames at once: lookahead raised to ${blocks} blocks, ${
        moreMs.toFixed(1)
      } ms more latency; ` + "when it takes fewer again, /engine/lookahead 0 lowers it",
    );
    return blocks;
  }

  /**
   * Sets it, up or down.
   *
   * @param blocks from {@link minBlocks} to {@link maxBlocks}; 0: the configured number, or as many more as the device needs
   * @throws RangeError with what was expected
   */
  request(blocks: number): void {
    const { minBlocks, maxBlocks } = this;
    const wanted = blocks === 0 ? Math.max(this.#configuredBlocks, minBlocks) : blocks;
    if (wanted < minBlocks || wanted > maxBlocks) {
      throw new RangeError(
        `lookahead: expected ${minBlocks} to ${maxBlocks} blocks with the device's period of ${this.#periodFrames} frames, or 0; found ${blocks}`,
      );
    }
    if (!this.#set(wanted)) throw new RangeError("the command log is full; try again in a moment");
  }

  #set(blocks: number): boolean {
    const { memory, append } = this.#options;
    if (blocks === memory.lookaheadBlocks()) return true;
    if (!append(blocks)) return false;
    Atomics.store(memory.words, fixed.control.lookaheadBlocks.index, blocks);
    return true;
  }

  #findProblem(): string | undefined {
    const { blockFrames } = this.#options.memory.geometry;
    const fits = (block: number, maxBlocks = maxBlocksOf(block)) =>
      Math.ceil(this.#periodFrames / block) + blocksBeyondPeriod <= maxBlocks;
    if (fits(blockFrames, this.maxBlocks)) return undefined;
    let longer = blockFrames;
    while (!fits(longer)) longer *= 2;
    return `the device takes ${this.#periodFrames} frames at once, too many for blocks of ${blockFrames}: sound is missing in every period; ` +
      `give the device a shorter period, or set UNDERSTUDY_BLOCK_FRAMES=${longer}`;
  }
}

/** Most blocks of lookahead with blocks of another length, however short the configured one is. */
function maxBlocksOf(blockFrames: number): number {
  return Math.floor(ringSlotsOf(blockFrames) * lookaheadShareOfRing);
}
