import assert from "node:assert/strict";
import { Comparison, vote } from "../../../engine/supervisor/comparison.ts";
import { structureBytes, within } from "../../../engine/memory/layout.ts";
import { slotIndex } from "../../../engine/memory/places.ts";
import { reportIndex } from "../../../engine/memory/seats.ts";
import { testMemory } from "../../../testing/engine/test_memory.ts";

const ballot = (seat: number, low: number) => ({ seat, low, high: 1 });

Deno.test("a majority outvotes a seat; without a majority no seat is outvoted", () => {
  assert.deepEqual(vote([]), { outvoted: [], undecided: false });
  assert.deepEqual(vote([ballot(0, 5)]), { outvoted: [], undecided: false });
  assert.deepEqual(vote([ballot(0, 5), ballot(1, 5), ballot(2, 5)]), { outvoted: [], undecided: false });
  assert.deepEqual(vote([ballot(0, 5), ballot(1, 6), ballot(2, 5)]), { outvoted: [1], undecided: false });
  assert.deepEqual(vote([ballot(0, 5), ballot(1, 6)]), { outvoted: [], undecided: true });
  assert.deepEqual(vote([ballot(0, 5), ballot(1, 6), ballot(2, 7)]), { outvoted: [], undecided: true });
});

Deno.test("every published block is compared once, also where the ring has wrapped", () => {
  const memory = testMemory();
  const comparison = new Comparison(memory);
  const { ringSlots } = memory.geometry;
  const publish = (seat: number, block: number, low: number) => {
    const slot = slotIndex(memory, seat, block);
    memory.words[slot + within.slot.checksumLow.index] = low;
    memory.words[slot + within.slot.tag.index] = block;
    memory.words[reportIndex(memory, seat) + within.seatReport.published.index] = block + 1;
  };
  for (let block = 0; block < 3 * ringSlots; block++) {
    [0, 1, 2].forEach((seat) => publish(seat, block, block));
  }
  assert.equal(comparison.poll([0, 1, 2]).block, undefined);
  const next = 3 * ringSlots;
  [0, 1, 2].forEach((seat) => publish(seat, next, seat === 1 ? 99 : next));
  const found = comparison.poll([0, 1, 2]);
  assert.deepEqual([found.block, [...found.outvoted], found.undecided], [next, [1], false]);
  assert.equal(comparison.poll([0, 1, 2]).block, undefined);
  assert.equal(structureBytes.slot % 16, 0);
});
