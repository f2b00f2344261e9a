/**
 * The session file: everything that made the sound, so that it can be made again.
 *
 * After 16 bytes of magic come chunks: type (4 ASCII letters), payload length in bytes, payload, CRC-32 of the payload;
 * all numbers little-endian. A file that was cut off is valid up to its last whole chunk.
 *
 * | type | payload |
 * |---|---|
 * | `HEAD` | JSON, {@link SessionHeader} |
 * | `PTCH` | the patch: a WebAssembly module; so a session can be rendered when its patch file is gone or changed |
 * | `CMDS` | position of the first entry (u32), then log entries of 8 words each, as they stand in the log |
 * | `BLKS` | number of the first block (u32), then 3 words a block: low 16 bits of the seal and, above, the flags of the hand-over; checksum low; checksum high |
 * | `INPT` | block number (u32), then its captured samples, 32-bit float, interleaved |
 * | `QUAR` | position of a log entry that was made to do nothing (u32) |
 * | `GAP ` | first block and number of blocks (u32 each) that could not be recorded; rendering ends before them |
 * | `DONE` | JSON, {@link SessionSummary}; missing when the process was ended by force |
 */
import { crc32 } from "node:zlib";
import type { ArenaLayout } from "../../modules/compiled_patch.ts";

export const sessionMagic: Uint8Array<ArrayBuffer> = new TextEncoder().encode("understudy sess2");

export type ChunkType = "HEAD" | "PTCH" | "CMDS" | "BLKS" | "INPT" | "QUAR" | "GAP " | "DONE";

/** What rendering needs to know before the first block. */
export interface SessionHeader {
  readonly engineVersion: string;
  readonly patch: string;
  readonly arena: ArenaLayout;
  /** SHA-256 of the patch's WebAssembly module, hexadecimal. */
  readonly patchSha256: string;
  readonly seed: number;
  readonly sampleRateHz: number;
  readonly blockFrames: number;
  readonly channels: number;
  readonly inputChannels: number;
  readonly lookaheadBlocks: number;
  readonly startBlock: number;
  readonly startLogPosition: number;
  /** ISO 8601; for people, rendering does not read it. */
  readonly startedAt: string;
}

export interface SessionSummary {
  readonly blocks: number;
  readonly concealedFrames: number;
}

/** Words per block in a `BLKS` chunk. */
export const blockRecordWords = 3;

/** A whole chunk, ready to be written. */
export function encodeChunk(type: ChunkType, payload: Uint8Array): Uint8Array<ArrayBuffer> {
  const chunk = new Uint8Array(12 + payload.length);
  const view = new DataView(chunk.buffer);
  chunk.set(new TextEncoder().encode(type), 0);
  view.setUint32(4, payload.length, true);
  chunk.set(payload, 8);
  view.setUint32(8 + payload.length, crc32(payload), true);
  return chunk;
}
