import assert from "node:assert/strict";
import { joinBlocks } from "../../../engine/samples/join_blocks.ts";

Deno.test("the blocks of each channel stand one after the other", () => {
  const blocks = [[Float32Array.of(1, 2), Float32Array.of(-1, -2)], [
    Float32Array.of(3),
    Float32Array.of(-3),
  ]];
  assert.deepEqual(joinBlocks(blocks, { channels: 2, frames: 3 }), [
    Float32Array.of(1, 2, 3),
    Float32Array.of(-1, -2, -3),
  ]);
});
