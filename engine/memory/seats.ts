/**
 * Where the words of a seat are, as indices into `SharedMemory.words`. A seat holds the orders of the main isolate and the
 * report of the renderer that sits on it. Any thread; nothing allocates.
 */
import { seatReportOffset, within } from "./layout.ts";
import { slotIndex } from "./places.ts";
import type { SharedMemory } from "./shared_memory.ts";

type OrderField = keyof typeof within.seatOrders;
type ReportField = keyof typeof within.seatReport;

/** A word of a seat's orders. */
export function orderIndex(memory: SharedMemory, seat: number, field: OrderField): number {
  return ordersIndex(memory, seat) + within.seatOrders[field].index;
}

/** A word of a seat's report, or the first one of a field that has several. */
export function reportFieldIndex(memory: SharedMemory, seat: number, field: ReportField): number {
  return reportIndex(memory, seat) + within.seatReport[field].index;
}

/** The first word of a seat's orders. */
function ordersIndex({ geometry }: SharedMemory, seat: number): number {
  return (geometry.seatOffset + seat * geometry.seatBytes) / 4;
}

/** The first word of a seat's report. */
export function reportIndex(memory: SharedMemory, seat: number): number {
  return ordersIndex(memory, seat) + seatReportOffset / 4;
}

/**
 * Makes a seat ready for the next incarnation: no orders, no report, and a ring that holds no block which the callback
 * could still ask for. Main isolate, when no thread writes there any more.
 */
export function clearSeat(memory: SharedMemory, seat: number): void {
  const { geometry, words } = memory;
  const first = ordersIndex(memory, seat);
  words.fill(0, first, first + geometry.seatBytes / 4);
  const unpublished = (memory.consumed() - 1) | 0;
  for (let slot = 0; slot < geometry.ringSlots; slot++) {
    Atomics.store(words, slotIndex(memory, seat, slot) + within.slot.tag.index, unpublished);
  }
}
