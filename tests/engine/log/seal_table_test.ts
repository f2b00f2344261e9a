import assert from "node:assert/strict";
import fc from "fast-check";
import { completePosition, sealLost, SealTable } from "../../../engine/log/seal_table.ts";
import { geometryOf } from "../../../engine/memory/layout.ts";
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

/** A rate and a block for each size that the table of seals has at any allowed rate and block. */
function formatOfEachSize(): Map<number, { sampleRateHz: number; blockFrames: number }> {
  const formats = new Map<number, { sampleRateHz: number; blockFrames: number }>();
  const { geometry } = testMemory();
  for (
    const sampleRateHz of [
      8_000,
      11_025,
      16_000,
      22_050,
      32_000,
      44_100,
      48_000,
      88_200,
      96_000,
      176_400,
      192_000,
    ]
  ) {
    for (let blockFrames = 16; blockFrames <= 4_096; blockFrames += 16) {
      const format = { sampleRateHz, blockFrames };
      formats.set(geometryOf({ ...geometry, ...format }).sealCount, format);
    }
  }
  return formats;
}

Deno.test("at every allowed rate and block, seals go on across the wrap of the block number", () => {
  const formats = formatOfEachSize();
  assert.ok(
    Math.max(...formats.keys()) > 65_536,
    "tables with more entries than a tag has values are among them",
  );
  for (const [sealCount, { sampleRateHz, blockFrames }] of formats) {
    const format = `${sampleRateHz} Hz, blocks of ${blockFrames}`;
    const seals = new SealTable(testMemory({ sampleRateHz, blockFrames, channels: 1 }));
    const startBlock = -sealCount - 3 | 0;
    seals.reset(startBlock);
    let refused = 0;
    for (let ahead = 0; ahead < 3 * sealCount; ahead++) {
      const block = (startBlock + ahead) | 0;
      if (seals.claim(block, ahead) !== (ahead & 0xFFFF) || seals.read(block) !== (ahead & 0xFFFF)) refused++;
    }
    assert.equal(refused, 0, format);
    const newest = (startBlock + 3 * sealCount - 1) | 0;
    for (const behind of [1, 2, 3].map((laps) => (newest - laps * sealCount) | 0)) {
      assert.equal(seals.claim(behind, 9), sealLost, `${format}: a renderer that is behind`);
    }
  }
});

Deno.test("a position is completed from one that is less than 65,536 behind, also across the wrap", () => {
  fc.assert(fc.property(fc.integer(), fc.nat(65_535), (position, distance) => {
    const target = (position + distance) | 0;
    assert.equal(completePosition(position | 0, target & 0xFFFF), target);
  }));
});
