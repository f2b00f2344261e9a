const offsetBasis = 0x811C9DC5;
const prime = 0x01000193;

/**
 * The number of a stream of this name: FNV-1a with 32 bits over its UTF-8, so that machines with the same settings send the same one. Source:
 * G. Fowler, L. Noll, K. Vo, "The FNV Non-Cryptographic Hash Algorithm".
 */
export function ssrcOf(name: string): number {
  return fnv1a(new TextEncoder().encode(name));
}

/** FNV-1a with 32 bits. */
export function fnv1a(bytes: Uint8Array): number {
  let hash = offsetBasis;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, prime);
  return hash >>> 0;
}
