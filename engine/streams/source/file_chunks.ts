/**
 * The parts of RIFF and IFF files of any length, by the rules of `chunksOf`: each is bounded by its size; where the byte that
 * makes a size even was left out, the next identifier tells.
 */
import { idAt } from "../../sound_files/chunks.ts";
import type { ByteSource } from "./byte_source.ts";

export interface FileChunk {
  readonly id: string;
  /** Offset of the content. */
  readonly start: number;
  /** As stated, which may be more than there is. */
  readonly size: number;
  /** Offset behind the content, within the file. */
  readonly end: number;
}

export interface FileChunkWalk {
  readonly bytes: ByteSource;
  /** Offset of the first part. */
  readonly from: number;
  readonly littleEndian: boolean;
  /** The size of a part that its own field of 32 bits does not hold. */
  readonly sizeOf?: (id: string, size: number) => number;
}

/** More parts before the sound than a file has: a file of empty ones would be read for hours. */
const maxChunks = 4_096;

const idPattern = /^[\x20-\x7e]{4}$/;

export async function* fileChunks(
  { bytes, from, littleEndian, sizeOf = (_, size) => size }: FileChunkWalk,
): AsyncGenerator<FileChunk> {
  for (let at = from, count = 0; at + 8 <= bytes.size && count < maxChunks; count++) {
    const head = await readHead(at);
    if (!idPattern.test(head.id)) return;
    const size = sizeOf(head.id, head.size);
    const start = at + 8;
    const end = Math.min(start + size, bytes.size);
    yield { id: head.id, start, size, end };
    at = end + (size % 2 === 1 && await isPadded(end) ? 1 : 0);
  }

  async function readHead(at: number): Promise<{ first: number; id: string; size: number }> {
    const head = await bytes.read(at, 8);
    const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
    return { first: head[0], id: idAt(head, 0), size: view.getUint32(4, littleEndian) };
  }

  async function isPadded(at: number): Promise<boolean> {
    if (at + 8 > bytes.size) return true;
    const { first, id, size } = await readHead(at);
    return first === 0 || !idPattern.test(id) || at + 8 + size > bytes.size;
  }
}

/** Programs that write to a pipe state a size from here on. */
const unknownSizeFrom = 0x7f00_0000;

/**
 * The part with the sound where its size is known; the rest of the file where a program that wrote to a pipe, or that still
 * writes, does not know it.
 *
 * @param headBytes of the part before its sound, which are there even when it is empty
 */
export async function boundedSoundChunk(
  chunk: FileChunk,
  walk: FileChunkWalk,
  headBytes = 0,
): Promise<FileChunk> {
  const { size: length } = walk.bytes;
  const isBeyond = chunk.start + chunk.size > length;
  const isUnknown = isBeyond && chunk.size >= unknownSizeFrom && chunk.size < 2 ** 32;
  const from = chunk.start + headBytes;
  const isOpen = chunk.size <= headBytes && from < length && !await isChunksToTheEnd({ ...walk, from });
  return isUnknown || isOpen ? { ...chunk, size: length - chunk.start, end: length } : chunk;
}

async function isChunksToTheEnd(walk: FileChunkWalk): Promise<boolean> {
  let at = walk.from;
  for await (const { start, size, end } of fileChunks(walk)) {
    if (start + size !== end) return false;
    at = end;
  }
  return walk.bytes.size - at <= 1;
}
