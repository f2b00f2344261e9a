import assert from "node:assert/strict";
import { DriverError } from "../../../engine/device/driver_error.ts";
import { raiseLookahead } from "../../../engine/device/lookahead.ts";
import { fixed } from "../../../engine/memory/layout.ts";
import type { Log } from "../../../foundation/logging.ts";
import { testMemory } from "../../../testing/test_memory.ts";

function raised(periodFrames: number): { blocks: number; lines: string[] } {
  const memory = testMemory({ blockFrames: 32, lookaheadBlocks: 4 });
  memory.words[fixed.callback.largestFrameCount.index] = periodFrames;
  const lines: string[] = [];
  const keep = (line: string) => void lines.push(line);
  const log: Log = { debug: keep, info: keep, warning: keep, error: keep };
  raiseLookahead(memory, log);
  return { blocks: memory.lookaheadBlocks(), lines };
}

Deno.test("the lookahead covers a period of the device and two blocks to work in, and a raise is said", () => {
  assert.deepEqual(raised(32), { blocks: 4, lines: [] });
  assert.deepEqual(raised(64), { blocks: 4, lines: [] });
  const { blocks, lines } = raised(65);
  assert.equal(blocks, 5);
  assert.match(lines.join(), /takes 65 frames at once: lookahead raised to 5/);
});

Deno.test("a period that the rings cannot hold is refused with the block size that could", () => {
  assert.throws(() => raised(8_192), (error: Error) => {
    assert.ok(error instanceof DriverError);
    assert.match(error.message, /UNDERSTUDY_BLOCK_FRAMES to at least 128/);
    return true;
  });
});
