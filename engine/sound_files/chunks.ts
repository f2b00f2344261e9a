/** The parts of RIFF and IFF files: an identifier of four letters, a size, the content, and a byte that makes it even. */

export interface Chunk {
  readonly id: string;
  /** Offset of the content. */
  readonly start: number;
  /** As stated, which may be more than there is. */
  readonly size: number;
  /** Offset behind the content, within the file. */
  readonly end: number;
}

export interface ChunkWalk {
  readonly bytes: Uint8Array;
  /** Offset of the first part. */
  readonly from: number;
  readonly littleEndian: boolean;
  /** The size of a part that its own field of 32 bits does not hold. */
  readonly sizeOf?: (id: string, size: number) => number;
}

/** Programs that write to a pipe state a size from here on; no file that is read is as large. */
const unknownSizeFrom = 0x7f00_0000;

const idPattern = /^[\x20-\x7e]{4}$/;

/** Four letters at an offset; shorter at the end of the file. */
export function idAt(bytes: Uint8Array, at: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + 4));
}

/**
 * The parts of a file, each bounded by its size. Some programs leave out the byte that makes a size even; then the next
 * identifier tells. The walk ends where no part begins.
 */
export function* chunksOf(
  { bytes, from, littleEndian, sizeOf = (_, size) => size }: ChunkWalk,
): Generator<Chunk> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = from; at + 8 <= bytes.length;) {
    const id = idAt(bytes, at);
    if (!idPattern.test(id)) return;
    const size = sizeOf(id, view.getUint32(at + 4, littleEndian));
    const start = at + 8;
    const end = Math.min(start + size, bytes.length);
    yield { id, start, size, end };
    at = end + (size % 2 === 1 && isPadded(end) ? 1 : 0);
  }

  /** Whether the byte here belongs to no part: it is 0, or no part that fits into the file begins with it. */
  function isPadded(at: number): boolean {
    if (at + 8 > bytes.length || bytes[at] === 0) return true;
    return !idPattern.test(idAt(bytes, at)) || at + 8 + view.getUint32(at + 4, littleEndian) > bytes.length;
  }
}

/** The content of a part; undefined where there is none. */
export function contentOf(bytes: Uint8Array, part: Chunk | undefined): DataView | undefined {
  return part && new DataView(bytes.buffer, bytes.byteOffset + part.start, part.end - part.start);
}

/** Whether parts follow one another from an offset to the end of the file. */
export function isChunksToTheEnd(walk: ChunkWalk): boolean {
  let at = walk.from;
  for (const { start, size, end } of chunksOf(walk)) {
    if (start + size !== end) return false;
    at = end;
  }
  return walk.bytes.length - at <= 1;
}

/**
 * The chunk with the sound where its size is known; the rest of the file where a program that wrote to a pipe, or was killed,
 * never knew it.
 *
 * @param headBytes of the chunk before its sound, which are there even when it is empty
 */
export function boundedSound(chunk: Chunk, walk: ChunkWalk, headBytes = 0): Chunk {
  const { length } = walk.bytes;
  const isUnknown = chunk.size >= unknownSizeFrom && chunk.start + chunk.size > length;
  const from = chunk.start + headBytes;
  const isOpen = chunk.size <= headBytes && from < length && !isChunksToTheEnd({ ...walk, from });
  return isUnknown || isOpen ? { ...chunk, size: length - chunk.start, end: length } : chunk;
}
