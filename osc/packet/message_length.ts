/** Bytes of each type of argument; types that are not here have none. */
const argumentBytes: Readonly<Record<string, number>> = { i: 4, f: 4, r: 4, m: 4, c: 4, h: 8, d: 8, t: 8 };

const zero = 0;
const comma = 0x2C;

/**
 * Length of the message with which `bytes` begin, by its type tags: for a stream that does not say where messages end. The
 * content is not checked, only measured.
 *
 * @returns undefined where the message is not whole yet, or has no type tags and so no end that could be known
 */
export function messageLength(bytes: Uint8Array): number | undefined {
  const tagsAt = afterText(bytes, 0);
  if (tagsAt === undefined || bytes[tagsAt] !== comma) return undefined;
  let at = afterText(bytes, tagsAt);
  for (let tag = tagsAt + 1; at !== undefined && bytes[tag] !== zero; tag++) {
    const type = String.fromCharCode(bytes[tag]);
    if (type === "s" || type === "S") at = afterText(bytes, at);
    else if (type === "b") at = afterBlob(bytes, at);
    else at += argumentBytes[type] ?? 0;
  }
  return at !== undefined && at <= bytes.length ? at : undefined;
}

function afterText(bytes: Uint8Array, from: number): number | undefined {
  const end = bytes.indexOf(zero, from);
  return end < 0 ? undefined : from + padded(end - from + 1);
}

function afterBlob(bytes: Uint8Array, from: number): number | undefined {
  if (from + 4 > bytes.length) return undefined;
  const size = new DataView(bytes.buffer, bytes.byteOffset + from, 4).getUint32(0);
  return from + 4 + padded(size);
}

function padded(size: number): number {
  return Math.ceil(size / 4) * 4;
}
