/**
 * The word `control.snapshotTarget`: which renderer writes the next snapshot, and into which slot. One word, so that all of it
 * changes at once. Orders are numbered, so that a renderer carries out each of them once. Any thread; nothing allocates.
 */

/** The order for the renderer on `seat` to write into `slot`; an order without a slot is for no renderer. */
export function snapshotOrder(number: number, slot = -1, seat = -1): number {
  return slot + 1 | (seat + 1) << 8 | (number & 0x7FFF) << 16;
}

/** The slot that an order names for the renderer on `seat`; -1: the order is for another, or for none. */
export function orderedSlot(order: number, seat: number): number {
  return (order >> 8 & 0xFF) === seat + 1 ? (order & 0xFF) - 1 : -1;
}

/** The number of an order. */
export function orderNumber(order: number): number {
  return order >> 16;
}
