import { fixed } from "./layout.ts";
import type { SharedMemory } from "./shared_memory.ts";

/** Distance of two blocks with the same number. */
const lap = 2 ** 32;

/**
 * Number of the first frame of a block, counted from the first block of the engine: it grows without end where block numbers wrap,
 * after 132 days with 128 frames at 48 kHz. Any thread of the main isolate's rank: it allocates.
 *
 * @param block of the last laps around `consumed`
 */
export function frameNumber({ geometry, wide }: SharedMemory, block: number): number {
  const { blockFrames, startBlock } = geometry;
  const inLap = (block - startBlock) >>> 0;
  const played = Number(Atomics.load(wide, fixed.counters.frames.index)) / blockFrames;
  const laps = Math.max(0, Math.round((played - inLap) / lap));
  return (laps * lap + inLap) * blockFrames;
}
