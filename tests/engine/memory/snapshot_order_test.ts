import assert from "node:assert/strict";
import { seatCount, snapshotCount } from "../../../engine/memory/constants.ts";
import {
  isUrgentOrder,
  orderedSlot,
  orderNumber,
  snapshotOrder,
} from "../../../engine/memory/snapshot_order.ts";

Deno.test("an order names its slot to the seat that it is for, and to no other; each has another number", () => {
  for (let slot = 0; slot < snapshotCount; slot++) {
    for (let seat = 0; seat < seatCount; seat++) {
      const isUrgent = (slot + seat) % 2 === 1;
      const order = snapshotOrder(0x7FFF, { slot, seat, isUrgent });
      assert.equal(isUrgentOrder(order), isUrgent);
      const named = Array.from({ length: seatCount }, (_, other) => orderedSlot(order, other));
      assert.deepEqual(named, named.map((_, other) => other === seat ? slot : -1));
      assert.equal(orderNumber(order), 0x7FFF);
      assert.notEqual(snapshotOrder(orderNumber(order) + 1, { slot, seat, isUrgent }), order);
    }
  }
  assert.equal(orderedSlot(snapshotOrder(5), 0), -1, "for no renderer");
  assert.equal(orderedSlot(0, 0), -1, "the word of a new memory");
});
