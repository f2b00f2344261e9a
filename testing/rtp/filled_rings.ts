/** A shared memory whose rings hold sound already: a device takes it at any speed, without renderers. */
import { type Dimensions, fixed } from "../../engine/memory/layout.ts";
import { slotIndex } from "../../engine/memory/places.ts";
import type { SharedMemory } from "../../engine/memory/shared_memory.ts";
import { publishBlock } from "../engine/callback_by_hand.ts";
import { testMemory } from "../engine/test_memory.ts";

export interface FilledRings {
  readonly memory: SharedMemory;
  /** Interleaved: what a device gets. No frame is silent. */
  readonly samples: Float32Array<ArrayBuffer>;
}

/** The sound follows from the number alone. It goes on for `blocks` blocks; what comes after is concealed. */
export function filledRings(blocks: number, dimensions: Partial<Dimensions> = {}): FilledRings {
  const memory = testMemory({ sampleRateHz: 48_000, blockFrames: 128, lookaheadBlocks: 64, ...dimensions });
  const { ringSlots, blockFrames, channels } = memory.geometry;
  [0, 1, 2].forEach((ring) => {
    memory.words[fixed.control.roleRing.index + ring] = ring === 0 ? 1 : 0;
    for (let slot = 0; slot < ringSlots; slot++) memory.words[slotIndex(memory, ring, slot)] = -1;
  });
  const blockSamples = blockFrames * channels;
  const samples = Float32Array.from({ length: blocks * blockSamples }, (_, index) => {
    const noise = Math.imul(index + 1, 0x9E3779B1) / 2 ** 31;
    return Math.abs(noise) < 1e-3 ? 0.5 : noise * 0.9;
  });
  for (let block = 0; block < blocks; block++) {
    const of = samples.slice(block * blockSamples, (block + 1) * blockSamples);
    publishBlock(memory, { ring: 0, block, samples: of });
  }
  return { memory, samples };
}
