import assert from "node:assert/strict";
import { takeFrames } from "../../testing/engine/callback_by_hand.ts";
import { testMemory } from "../../testing/engine/test_memory.ts";
import { nativeForTests } from "../../testing/native_for_tests.ts";
import { fixed } from "../../engine/memory/layout.ts";
import { InputFollower } from "../../triggers/input_follower.ts";

const { native } = await nativeForTests();

Deno.test("each captured block is heard once with its frame, by channel; what was overwritten before a late look is told as missing", () => {
  const memory = testMemory({ blockFrames: 16, channels: 1, inputChannels: 2 });
  memory.words[fixed.control.play.index] = 1;
  const follower = new InputFollower(memory);
  const { inputSlots, startBlock } = memory.geometry;
  const capture = (blocks: number) => {
    for (let count = 0; count < blocks; count++) {
      const first = ((memory.consumed() - startBlock) >>> 0) * 16;
      const frames = Array.from({ length: 16 }, (_, index) => [(first + index) / 2 ** 20, -1]);
      takeFrames(native, memory, 16, Float32Array.from(frames.flat()));
    }
  };
  const heard: number[] = [];
  let missed = 0;
  const poll = () =>
    follower.poll({
      hear: ([left, right], firstFrame) => {
        assert.deepEqual([...left], Array.from({ length: 16 }, (_, index) => (firstFrame + index) / 2 ** 20));
        assert.ok(right.every((sample) => sample === -1));
        heard.push(firstFrame);
      },
      miss: () => void missed++,
    });
  poll();
  capture(3);
  poll();
  poll();
  assert.deepEqual([heard, missed], [[0, 16, 32], 0]);
  capture(inputSlots + 5);
  const before = heard.length;
  for (let looks = 0; looks < 100; looks++) poll();
  assert.equal(missed, 1);
  assert.ok(heard.length > before);
  assert.equal(heard.at(-1), (inputSlots + 7) * 16);
});

Deno.test("without an input nothing is heard", () => {
  const memory = testMemory({ blockFrames: 16, inputChannels: 0 });
  const fail = () => assert.fail();
  new InputFollower(memory).poll({ hear: fail, miss: fail });
});
