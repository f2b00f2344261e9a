import assert from "node:assert/strict";
import { SoundWatch } from "../../../engine/delivery/sound_watch.ts";
import { fixed } from "../../../engine/memory/layout.ts";
import { testMemory } from "../../../testing/engine/test_memory.ts";

function setUp(startBlock = 0) {
  const memory = testMemory({ startBlock });
  const watch = new SoundWatch(memory);
  /** The device takes blocks, of which some are concealed. */
  const take = (blocks: number, concealed: number, inLockstep: number): boolean => {
    const { words, wide } = memory;
    words[fixed.callback.consumed.index] = (words[fixed.callback.consumed.index] + blocks) | 0;
    wide[fixed.counters.concealedBlocks.index] += BigInt(concealed);
    watch.poll(inLockstep);
    return watch.silent;
  };
  return { take };
}

Deno.test("it is silent when nobody is in lockstep and the device gets concealed blocks, until it gets others", () => {
  for (const startBlock of [0, -2]) {
    const { take } = setUp(startBlock);
    assert.ok(!take(2, 0, 3));
    assert.ok(!take(2, 0, 0), "the rings still hold blocks");
    assert.ok(!take(2, 1, 0), "one of them was heard");
    assert.ok(take(1, 1, 0));
    assert.ok(take(0, 0, 1), "nothing was taken");
    assert.ok(take(1, 1, 1), "in lockstep, and still not heard");
    assert.ok(!take(1, 0, 1));
  }
});

Deno.test("renderers in lockstep that are always late are silence too, after a tenth of a second", () => {
  const { take } = setUp();
  const blocks = 0.1 * 8_000 / 32;
  assert.ok(!take(blocks - 1, blocks - 1, 3));
  assert.ok(!take(1, 0, 3));
  assert.ok(!take(blocks - 1, blocks - 1, 3));
  assert.ok(take(1, 1, 3));
});
