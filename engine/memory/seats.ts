import { seatReportOffset, within } from "./layout.ts";
import type { SharedMemory } from "./shared_memory.ts";

/** Index of the first word of a seat's orders. */
export function ordersIndex(memory: SharedMemory, seat: number): number {
  return (memory.geometry.seatOffset + seat * memory.geometry.seatBytes) / 4;
}

/** Index of the first word of a seat's report. */
export function reportIndex(memory: SharedMemory, seat: number): number {
  return ordersIndex(memory, seat) + seatReportOffset / 4;
}

/** Index of the first word of a snapshot's header. */
export function snapshotIndex(memory: SharedMemory, slot: number): number {
  return (memory.geometry.snapshotOffset + slot * memory.geometry.snapshotBytes) / 4;
}

/**
 * Makes a seat ready for the next incarnation: no orders, no report, and a ring in which no block stands that the callback
 * could still ask for. Main isolate, when nobody writes there any more.
 */
export function clearSeat(memory: SharedMemory, seat: number): void {
  const { geometry, words } = memory;
  const first = ordersIndex(memory, seat);
  words.fill(0, first, first + geometry.seatBytes / 4);
  const unpublished = (memory.consumed() - 1) | 0;
  for (let slot = 0; slot < geometry.ringSlots; slot++) {
    const tag = (geometry.ringOffset + seat * geometry.ringBytes + slot * geometry.slotBytes) / 4;
    Atomics.store(words, tag, unpublished);
  }
  words[reportIndex(memory, seat) + within.seatReport.checkBlock.index] = unpublished;
}
