import assert from "node:assert/strict";
import { fixed } from "../../../engine/memory/layout.ts";
import { OutputRing } from "../../../engine/memory/output_ring.ts";
import type { SharedMemory } from "../../../engine/memory/shared_memory.ts";
import { publishBlock, takeFrames } from "../../../testing/engine/callback_by_hand.ts";
import { testMemory } from "../../../testing/engine/test_memory.ts";
import { nativeForTests } from "../../../testing/native_for_tests.ts";

const { native } = await nativeForTests();
const [blockFrames, channels] = [32, 2];

/** A device that takes blocks which a test puts into the primary's ring. */
function deviceOf(memory: SharedMemory) {
  memory.words[fixed.control.play.index] = 1;
  memory.words[fixed.control.roleRing.index] = 1;
  return (level?: number): Float32Array => {
    const block = memory.consumed();
    if (level !== undefined) {
      const samples = Float32Array.from(
        { length: blockFrames * channels },
        (_, index) => level / (1 + index),
      );
      publishBlock(memory, { ring: 0, block, samples });
    }
    return takeFrames(native, memory);
  };
}

Deno.test("each block is kept as the device got it, concealed, faded and bent ones too, while there is a reader", () => {
  const memory = testMemory({ blockFrames, channels, ceiling: 0.5, startBlock: 0xFFFFFFFE });
  const ring = new OutputRing(memory);
  const play = deviceOf(memory);
  const into = new Float32Array(blockFrames * channels);
  const first = memory.consumed();
  play(0.3);
  assert.equal(ring.copy(first, into), false, "a block that nobody kept");
  ring.acquire();
  assert.equal(ring.copy(first, into), false, "a block from before the first reader");
  const wanted = [play(0.4), play(), play(0.2), play(2)];
  wanted.forEach((samples, index) => {
    assert.ok(ring.copy(first + 1 + index, into), `block ${index}`);
    assert.deepEqual(into, samples);
  });
  assert.equal(ring.copy(first + 5, into), false, "a block that the device has not taken");
  ring.release();
  play(0.1);
  assert.equal(ring.copy(first + 5, into), false, "a block after the last reader");
});

Deno.test("a reader that is a lap behind is told that the block is gone", () => {
  const memory = testMemory({ blockFrames, channels });
  const ring = new OutputRing(memory);
  const play = deviceOf(memory);
  ring.acquire();
  const { outputSlots } = memory.geometry;
  for (let block = 0; block < outputSlots; block++) play();
  const into = new Float32Array(blockFrames * channels);
  assert.ok(ring.copy(0, into));
  play();
  assert.equal(ring.copy(0, into), false);
  assert.ok(ring.copy(outputSlots, into));
});
