import { DriverError } from "./driver_error.ts";
import type { Log } from "../../foundation/logging.ts";
import { fixed } from "../memory/layout.ts";
import type { SharedMemory } from "../memory/shared_memory.ts";

/** The host's period must fit into the lookahead with this many blocks left for the renderers to work in. */
const blocksBeyondPeriod = 2;

/**
 * A host that takes many blocks in one call needs them all beforehand: raises the lookahead to that, and says so. Once,
 * when the device runs and before anything plays. Throws {@link DriverError} when the rings are too short for it.
 */
export function raiseLookahead(memory: SharedMemory, log: Log): void {
  const { geometry, words } = memory;
  const period = Atomics.load(words, fixed.callback.largestFrameCount.index);
  const needed = Math.ceil(period / geometry.blockFrames) + blocksBeyondPeriod;
  if (needed <= memory.lookaheadBlocks() || period === geometry.blockFrames) return;
  if (needed > geometry.ringSlots / 2) {
    throw new DriverError(
      `the device takes ${period} frames at once, too many for blocks of ${geometry.blockFrames}; set UNDERSTUDY_BLOCK_FRAMES to at least ${
        Math.ceil(period * 4 / geometry.ringSlots)
      }`,
    );
  }
  words[fixed.geometry.lookaheadBlocks.index] = needed;
  log.warning(`the device takes ${period} frames at once: lookahead raised to ${needed} blocks`);
}
