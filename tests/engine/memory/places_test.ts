import assert from "node:assert/strict";
import { logEntryWords } from "../../../engine/memory/constants.ts";
import { structureBytes } from "../../../engine/memory/layout.ts";
import * as places from "../../../engine/memory/places.ts";
import { testMemory } from "../../../testing/engine/test_memory.ts";

const memory = testMemory({ inputChannels: 1, captureFrames: 100 });
const { geometry: g } = memory;

/** Every table: bytes of an entry, entries, and where an entry begins, in words. */
const tables: Record<string, [bytes: number, count: number, index: (entry: number) => number]> = {
  "a ring": [g.slotBytes, g.ringSlots, (block) => places.slotIndex(memory, 3, block)],
  "captured input": [g.inputSlotBytes, g.inputSlots, (block) => places.inputSlotIndex(memory, block)],
  "seals": [4, g.sealCount, (block) => places.sealIndex(memory, block)],
  "the log": [logEntryWords * 4, g.logCapacity, (position) => places.logEntryIndex(memory, position)],
  "delivered blocks": [g.deliveredBytes, g.deliveredCount, (block) => places.deliveredIndex(memory, block)],
  "the output ring": [g.outputSlotBytes, g.outputSlots, (block) => places.outputSlotIndex(memory, block)],
  "the capture": [g.channels * 4, g.captureFrames, (frame) => places.captureIndex(memory, frame)],
};

for (const [name, [bytes, count, index]] of Object.entries(tables)) {
  Deno.test(`${name}: entries follow each other without a gap and come again after a lap, also across the wrap`, () => {
    const first = index(0);
    for (const entry of [1, 2, count - 1]) assert.equal(index(entry), first + entry * bytes / 4);
    assert.equal(index(count), first);
    assert.equal(index(-1), index(count - 1));
    assert.equal(index(0x7FFFFFFF + 1 | 0), first);
  });
}

Deno.test("regions follow each other, and samples begin behind their headers", () => {
  const starts = [
    places.slotIndex(memory, 0, 0),
    places.slotIndex(memory, 1, 0),
    places.sealIndex(memory, 0),
    places.logEntryIndex(memory, 0),
    places.inputSlotIndex(memory, 0),
    places.deliveredIndex(memory, 0),
    places.snapshotIndex(memory, 0),
    places.snapshotIndex(memory, 1),
    places.captureIndex(memory, 0),
    places.outputSlotIndex(memory, 0),
  ];
  assert.deepEqual(starts, [...starts].sort((a, b) => a - b));
  assert.equal(starts[1] - starts[0], g.ringBytes / 4);
  assert.equal(
    places.slotSamplesIndex(memory, 1, 5) - places.slotIndex(memory, 1, 5),
    structureBytes.slot / 4,
  );
  assert.equal(
    places.outputSamplesIndex(memory, 1) - places.outputSlotIndex(memory, 1),
    structureBytes.outputSlot / 4,
  );
  assert.equal(places.snapshotArenaIndex(memory, 1) - starts[7], structureBytes.snapshot / 4);
});

Deno.test("the lap of a seal changes with every lap of the table and wraps at 16 bits", () => {
  assert.equal(places.sealLap(memory, 0), 0);
  assert.equal(places.sealLap(memory, g.sealCount - 1), 0);
  assert.equal(places.sealLap(memory, g.sealCount), 1);
  assert.equal(places.sealLap(memory, -1), (2 ** 32 / g.sealCount - 1) & 0xFFFF);
  const large = testMemory({ sampleRateHz: 192_000, blockFrames: 16, channels: 1 });
  const { sealCount } = large.geometry;
  assert.ok(sealCount > 65_536);
  const laps = Array.from(
    { length: 2 ** 32 / sealCount },
    (_, lap) => places.sealLap(large, lap * sealCount | 0),
  );
  laps.forEach((lap, index) =>
    assert.equal(
      (laps[(index + 1) % laps.length] - lap) & 0xFFFF,
      sealCount / 65_536,
      "one step for each lap",
    )
  );
});
