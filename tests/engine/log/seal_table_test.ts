import assert from "node:assert/strict";
import fc from "fast-check";
import { completePosition, sealLost, SealTable } from "../../../engine/log/seal_table.ts";
import { testMemory } from "../../../testing/engine/test_memory.ts";

Deno.test("the first to claim a block seals it, everyone after finds that", () => {
  for (const startBlock of [0, 12_345, 0xFFFFFFF8]) {
    const seals = new SealTable(testMemory({ startBlock }));
    seals.reset(startBlock);
    for (let ahead = 0; ahead < 20; ahead++) {
      const block = (startBlock + ahead) | 0;
      assert.equal(seals.read(block), sealLost);
      assert.equal(seals.claim(block, 70_000 + ahead), (70_000 + ahead) & 0xFFFF);
      assert.equal(seals.claim(block, 80_000), (70_000 + ahead) & 0xFFFF);
      assert.equal(seals.read(block), (70_000 + ahead) & 0xFFFF);
    }
  }
});

Deno.test("a renderer a whole table behind gets sealLost and changes nothing", () => {
  const memory = testMemory();
  const seals = new SealTable(memory);
  seals.reset(0);
  const late = 3;
  const now = late + memory.geometry.sealCount;
  seals.claim(now, 5);
  assert.equal(seals.claim(late, 9), sealLost);
  assert.equal(seals.read(now), 5);
});

Deno.test("a position is completed from one that is less than 65,536 behind, also across the wrap", () => {
  fc.assert(fc.property(fc.integer(), fc.nat(65_535), (position, distance) => {
    const target = (position + distance) | 0;
    assert.equal(completePosition(position | 0, target & 0xFFFF), target);
  }));
});
