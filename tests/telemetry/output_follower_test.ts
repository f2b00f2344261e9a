import assert from "node:assert/strict";
import { OutputWriter } from "../../testing/engine/output_writer.ts";
import { testMemory } from "../../testing/engine/test_memory.ts";
import { ChannelMeters } from "../../telemetry/channel_meters.ts";
import { OutputFollower } from "../../telemetry/output_follower.ts";

const blockFrames = 32;

/** A follower of an output whose samples count their own frames, near the wrap of block numbers. */
function followed() {
  const memory = testMemory({ blockFrames, channels: 2, startBlock: 0xFFFF_FFF0 });
  const writer = new OutputWriter(memory);
  const follower = new OutputFollower(memory, new ChannelMeters(memory.geometry), 0.001);
  let played = 0;
  const play = (blocks: number, isKept = true) => {
    for (; blocks > 0; blocks--) {
      const first = played;
      writer.play(isKept ? (frame, channel) => (first + frame) * (channel ? -1 : 1) : undefined);
      played += blockFrames;
    }
  };
  return { follower, play };
}

Deno.test("frames come out as they went in, across the wrap of blocks and the end of the store", () => {
  const { follower, play } = followed();
  for (let count = 0; count < 40; count++) {
    play(100);
    follower.poll();
  }
  assert.equal(follower.endFrame, 4_000 * blockFrames);
  const { firstFrame, samples } = follower.framesFrom(follower.endFrame - 10_000)!;
  assert.equal(firstFrame, follower.endFrame - 10_000);
  assert.ok(samples.every((value, index) => value === (firstFrame + (index >> 1)) * (index & 1 ? -1 : 1)));
  assert.equal(follower.framesFrom(follower.endFrame), undefined);
  assert.deepEqual([...follower.framesFrom(firstFrame, 1)!.samples], [firstFrame, -firstFrame]);
});

Deno.test("after a block that was not kept, or a long pause, only what follows is known", () => {
  const { follower, play } = followed();
  play(10);
  follower.poll();
  play(1, false);
  play(2);
  follower.poll();
  assert.deepEqual(
    [follower.endFrame, follower.framesFrom(0)!.firstFrame],
    [13 * blockFrames, 11 * blockFrames],
  );
  play(1_000);
  follower.poll();
  assert.equal(follower.endFrame, 1_013 * blockFrames);
  assert.ok(follower.framesFrom(0)!.firstFrame > 100 * blockFrames);
});

Deno.test("silence is counted from the last sample that is not silent", () => {
  const memory = testMemory({ blockFrames, channels: 2, sampleRateHz: 8_000 });
  const writer = new OutputWriter(memory);
  const follower = new OutputFollower(memory, new ChannelMeters(memory.geometry), 0.001);
  const play = (level: number, blocks: number) => {
    for (; blocks > 0; blocks--) writer.play(() => level);
    follower.poll();
  };
  play(0.0009, 10);
  assert.equal(follower.silentSeconds, undefined);
  play(-0.01, 1);
  play(0, 125);
  assert.equal(follower.silentSeconds, 0.5);
});
