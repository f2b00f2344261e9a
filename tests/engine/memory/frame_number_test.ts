import assert from "node:assert/strict";
import { frameNumber } from "../../../engine/memory/frame_number.ts";
import { fixed } from "../../../engine/memory/layout.ts";
import { testMemory } from "../../../testing/engine/test_memory.ts";

Deno.test("frames count on where block numbers wrap, also right beside the wrap", () => {
  const memory = testMemory({ blockFrames: 32, startBlock: 5 });
  const at = (blocks: number, playedBlocks = blocks) => {
    memory.wide[fixed.counters.frames.index] = BigInt(playedBlocks * 32);
    return frameNumber(memory, (5 + blocks) | 0);
  };
  for (const blocks of [0, 1, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 3 * 2 ** 32 + 7]) {
    assert.equal(at(blocks), blocks * 32);
    // the block after, which is not played yet, and one of a second ago
    assert.equal(at(blocks + 1, blocks), (blocks + 1) * 32);
    if (blocks > 300) assert.equal(at(blocks - 300, blocks), (blocks - 300) * 32);
  }
});
