/** Pages of Ogg (RFC 3533) as they lie in a file. */
import { idAt } from "./chunks.ts";

/** A page as it lies in the file. */
export interface RawOggPage {
  readonly flags: number;
  readonly position: number;
  readonly serial: number;
  readonly sequence: number;
  /** Lengths of the pieces of packets; one of 255 goes on. */
  readonly lacing: Uint8Array;
  readonly body: Uint8Array;
  readonly end: number;
}

/** Bits of the flags of a page. */
export const oggFlag = { continued: 1, first: 2, last: 4 };
const headBytes = 27;

/**
 * The page at an offset.
 *
 * @returns `none` where none begins, `short` where the bytes end within it, `damaged` where its checksum is wrong
 */
export function parseOggPage(bytes: Uint8Array, at: number): RawOggPage | "none" | "short" | "damaged" {
  if (idAt(bytes, at) !== "OggS") return "none";
  const segments = bytes[at + 26];
  const lacing = bytes.subarray(at + headBytes, at + headBytes + segments);
  const start = at + headBytes + segments;
  const end = lacing.reduce((sum, length) => sum + length, start);
  if (at + headBytes > bytes.length || lacing.length < segments || end > bytes.length) return "short";
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (checksum(bytes, at, end) !== view.getUint32(at + 22, true)) return "damaged";
  return {
    flags: bytes[at + 5],
    position: Number(view.getBigInt64(at + 6, true)),
    serial: view.getUint32(at + 14, true),
    sequence: view.getUint32(at + 18, true),
    lacing,
    body: bytes.subarray(start, end),
    end,
  };
}

const crcTable = Int32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 24;
  for (let bit = 0; bit < 8; bit++) crc = crc < 0 ? crc << 1 ^ 0x04c1_1db7 : crc << 1;
  return crc;
});

/** CRC of 32 bits, most significant bit first, with its own field as zeros. */
function checksum(bytes: Uint8Array, from: number, to: number): number {
  let crc = 0;
  for (let at = from; at < to; at++) {
    const byte = at >= from + 22 && at < from + 26 ? 0 : bytes[at];
    crc = crc << 8 ^ crcTable[crc >>> 24 ^ byte];
  }
  return crc >>> 0;
}
