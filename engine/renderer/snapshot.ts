/**
 * A snapshot: a copy of the arena at the start of a block, with its checksum. All that can be heard lies in the arena, so a
 * renderer that reads one continues exactly where the writer was.
 *
 * An arena is copied in pieces, so that a renderer with a large one gives signs of life and takes orders in between. It
 * renders nothing before the last piece: the copy is of one moment. Renderer threads.
 */
import { within } from "../memory/layout.ts";
import { snapshotArenaIndex, snapshotIndex } from "../memory/places.ts";
import type { SharedMemory } from "../memory/shared_memory.ts";
import { Host, type PatchInstance } from "./patch_instance.ts";
import { SnapshotDamagedError } from "./snapshot_damaged_error.ts";

const { block, logPosition, checksumLow, checksumHigh, sequence, patch } = within.snapshot;

/** Number of the patch whose arena a snapshot holds. */
export function patchOfSnapshot(memory: SharedMemory, slot: number): number {
  return memory.words[snapshotIndex(memory, slot) + patch.index];
}

/** Copies arenas to and from the slots, one at a time and piece by piece. Allocates only while it reads. */
export class SnapshotCopy {
  readonly #memory: SharedMemory;
  #slot = 0;
  #instance: PatchInstance | undefined;
  #piece = 0;
  #low = 0;
  #high = 0;

  constructor(memory: SharedMemory) {
    this.#memory = memory;
  }

  /** Begins to copy an arena, or to fill it. A copy that was not finished is given up. */
  begin(slot: number, instance: PatchInstance): void {
    this.#slot = slot;
    this.#instance = instance;
    this.#piece = this.#low = this.#high = 0;
  }

  /**
   * Copies the next piece into the slot, which no thread reads.
   *
   * @returns whether the snapshot is whole
   */
  writePiece(): boolean {
    const { words, bytes } = this.#memory;
    const instance = this.#instance!;
    const start = snapshotIndex(this.#memory, this.#slot);
    const piece = instance.pieces[this.#piece];
    bytes.set(piece, snapshotArenaIndex(this.#memory, this.#slot) * 4 + piece.byteOffset);
    if (!this.#fold(piece)) return false;
    words[start + block.index] = instance.words[instance.host + Host.block];
    words[start + patch.index] = instance.number;
    words[start + logPosition.index] = instance.words[instance.host + Host.logPosition];
    words[start + checksumLow.index] = this.#low;
    words[start + checksumHigh.index] = this.#high;
    Atomics.store(words, start + sequence.index, (words[start + sequence.index] + 1) | 0);
    return true;
  }

  /**
   * Copies the next piece into the arena.
   *
   * @returns whether the arena is whole
   * @throws {SnapshotDamagedError} when the snapshot was overwritten meanwhile
   */
  readPiece(): boolean {
    const { words, bytes } = this.#memory;
    const { pieces, words: arena, host } = this.#instance!;
    const start = snapshotIndex(this.#memory, this.#slot);
    const piece = pieces[this.#piece];
    const first = snapshotArenaIndex(this.#memory, this.#slot) * 4 + piece.byteOffset;
    piece.set(bytes.subarray(first, first + piece.length));
    if (!this.#fold(piece)) return false;
    const intact = this.#low === words[start + checksumLow.index] &&
      this.#high === words[start + checksumHigh.index] &&
      arena[host + Host.block] === words[start + block.index];
    if (intact) return true;
    throw new SnapshotDamagedError(`snapshot ${this.#slot}: its checksum does not match its arena`);
  }

  /** Takes the checksum of a piece of the arena in. Returns whether it was the last one. */
  #fold(piece: Uint8Array): boolean {
    const { checksum, pieces } = this.#instance!;
    this.#low = stirred(this.#low, checksum.of(piece.byteOffset, piece.length));
    this.#high = stirred(this.#high, checksum.high);
    return ++this.#piece === pieces.length;
  }
}

/** A checksum that a further word was taken into: each word can be told from every other. */
function stirred(checksum: number, word: number): number {
  const mixed = checksum ^ word;
  return (Math.imul((mixed << 13) | (mixed >>> 19), 0x9E3779B1) + 0x165667B1) | 0;
}
