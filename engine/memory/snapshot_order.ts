/**
 * The word `control.snapshotTarget`: which renderer writes the next snapshot, and into which slot. One word, so that all of it
 * changes at once. Orders are numbered, so that a renderer carries out each of them once. An urgent one is carried out at the next
 * block. Any thread; nothing allocates.
 */

/** What an order says besides its number. */
export interface SnapshotOrder {
  readonly slot: number;
  readonly seat: number;
  readonly isUrgent: boolean;
}

const urgentBit = 0x80;

/** The order for the renderer on `seat` to write into `slot`; omitted: an order for no renderer. */
export function snapshotOrder(number: number, order?: SnapshotOrder): number {
  const numbered = (number & 0x7FFF) << 16;
  if (!order) return numbered;
  return order.slot + 1 | (order.isUrgent ? urgentBit : 0) | (order.seat + 1) << 8 | numbered;
}

/** The slot that an order names for the renderer on `seat`; -1: the order is for another, or for none. */
export function orderedSlot(order: number, seat: number): number {
  return (order >> 8 & 0xFF) === seat + 1 ? (order & urgentBit - 1) - 1 : -1;
}

/** Whether an order does not wait for the block at which snapshots are due. */
export function isUrgentOrder(order: number): boolean {
  return (order & urgentBit) !== 0;
}

/** The number of an order. */
export function orderNumber(order: number): number {
  return order >> 16;
}
