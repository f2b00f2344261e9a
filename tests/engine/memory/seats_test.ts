import assert from "node:assert/strict";
import { seatCount } from "../../../engine/memory/constants.ts";
import { fixed, structureBytes, within } from "../../../engine/memory/layout.ts";
import { slotIndex } from "../../../engine/memory/places.ts";
import { clearSeat, orderIndex, reportFieldIndex, reportIndex } from "../../../engine/memory/seats.ts";
import { testMemory } from "../../../testing/engine/test_memory.ts";

Deno.test("orders and reports of all seats lie apart, on cache lines of their own", () => {
  const memory = testMemory();
  const spans = Array.from({ length: seatCount }, (_, seat) => [
    [orderIndex(memory, seat, "command"), structureBytes.seatOrders / 4],
    [reportIndex(memory, seat), structureBytes.seatReport / 4],
  ]).flat();
  spans.forEach(([start, words], index) => {
    assert.equal(start % 32, 0);
    const next = spans[index + 1]?.[0] ?? slotIndex(memory, 0, 0);
    assert.ok(start + words <= next, `span ${index} reaches into the next`);
  });
  assert.equal(reportFieldIndex(memory, 2, "state"), reportIndex(memory, 2) + within.seatReport.state.index);
});

Deno.test("a cleared seat has no orders, no report and no block that could be asked for; others keep theirs", () => {
  const memory = testMemory();
  const { ringSlots } = memory.geometry;
  memory.words.fill(7, orderIndex(memory, 0, "command"), slotIndex(memory, 0, 0));
  memory.words[fixed.callback.consumed.index] = 3;
  for (let block = 0; block < ringSlots; block++) memory.words[slotIndex(memory, 1, block)] = block;
  clearSeat(memory, 1);
  assert.equal(memory.words[orderIndex(memory, 1, "fault")], 0);
  assert.equal(memory.words[reportFieldIndex(memory, 1, "errorText")], 0);
  for (let block = 0; block < ringSlots; block++) assert.equal(memory.words[slotIndex(memory, 1, block)], 2);
  assert.equal(memory.words[reportFieldIndex(memory, 1, "away")], 0);
  assert.equal(memory.words[orderIndex(memory, 0, "fault")], 7);
  assert.equal(memory.words[reportFieldIndex(memory, 2, "state")], 7);
});
