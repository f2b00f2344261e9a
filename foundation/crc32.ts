import process from "node:process";

/** The runtime's own, once it was needed: to load it takes some 40 ms, and a start without a recording or a state needs none. */
let known: typeof import("node:zlib").crc32 | undefined;

/** CRC-32 as in zlib and PNG. @param before the checksum of what comes before these bytes */
export function crc32(bytes: Uint8Array, before = 0): number {
  known ??= process.getBuiltinModule("node:zlib").crc32;
  return known(bytes, before);
}
