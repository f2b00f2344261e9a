import assert from "node:assert/strict";
import { sealLost } from "../../../engine/log/seal_table.ts";
import { StreamSeals } from "../../../engine/log/stream_seals.ts";
import { testMemory } from "../../../testing/engine/test_memory.ts";

Deno.test("the first answer holds for all, half by half, across the wrap of the block number", () => {
  const memory = testMemory({ pageCount: 4, startBlock: 0xFFFF_FFFF });
  const seals = new StreamSeals(memory);
  seals.reset(-1);
  for (const block of [-1, 0, 1]) {
    assert.equal(seals.read(block), 0);
    assert.equal(seals.claim(block, 0, 0x8001), 0x8001);
    assert.equal(seals.claim(block, 0, 0), 0x8001);
    assert.equal(seals.claim(block, 1, 0x8000), 0x8000);
    assert.equal(seals.read(block), 0x8000_8001 | 0);
  }
});

Deno.test("a renderer that is a lap behind is told, and an old seal says nothing of a new block", () => {
  const memory = testMemory({ pageCount: 4 });
  const seals = new StreamSeals(memory);
  const { sealCount } = memory.geometry;
  seals.reset(0);
  seals.claim(sealCount, 0, 3);
  assert.equal(seals.claim(0, 0, 0), sealLost);
  assert.equal(seals.read(0), 0);
  seals.restore(5, 0x4000_0002);
  assert.equal(seals.claim(5, 1, 0), 0x4000);
  assert.equal(seals.read(5), 0x4000_0002);
});

Deno.test("a block is sealed once both halves are, and one that no renderer will render has none that is late", () => {
  const memory = testMemory({ pageCount: 4 });
  const seals = new StreamSeals(memory);
  seals.reset(0);
  seals.claim(3, 0, 1);
  assert.ok(!seals.isSealed(3));
  seals.close(3);
  assert.deepEqual([seals.isSealed(3), seals.read(3), seals.isSealed(4)], [true, 1, false]);
  new StreamSeals(testMemory()).close(3); // nothing is streamed: there are no seals
});
