/** Pages of Ogg files, taken apart and put together otherwise, with checksums that are right again. */

/** The pages of a file. */
export function oggPages(bytes: Uint8Array): Uint8Array<ArrayBuffer>[] {
  const pages: Uint8Array<ArrayBuffer>[] = [];
  for (let at = 0; at < bytes.length;) {
    const segments = bytes[at + 26];
    const body = bytes.subarray(at + 27, at + 27 + segments).reduce((sum, length) => sum + length, 0);
    const end = at + 27 + segments + body;
    pages.push(bytes.slice(at, end));
    at = end;
  }
  return pages;
}

export interface PageChange {
  /** Added to a position. */
  readonly later?: number;
  readonly sequence?: number;
  readonly serial?: number;
  readonly flags?: number;
}

/** A page with other fields. */
export function changedPage(
  page: Uint8Array,
  { later = 0, sequence, serial, flags }: PageChange,
): Uint8Array<ArrayBuffer> {
  const changed = page.slice();
  const view = new DataView(changed.buffer);
  const position = view.getBigInt64(6, true);
  if (position > 0n) view.setBigInt64(6, position + BigInt(later), true);
  if (sequence !== undefined) view.setUint32(18, sequence, true);
  if (serial !== undefined) view.setUint32(14, serial, true);
  if (flags !== undefined) view.setUint8(5, flags);
  view.setUint32(22, 0, true);
  let crc = 0;
  for (const byte of changed) {
    crc ^= byte << 24;
    for (let bit = 0; bit < 8; bit++) crc = crc << 1 ^ (crc < 0 ? 0x04c1_1db7 : 0);
  }
  view.setUint32(22, crc >>> 0, true);
  return changed;
}
