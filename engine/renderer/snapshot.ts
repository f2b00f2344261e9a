/**
 * A snapshot: a copy of the arena at the start of a block, with its checksum. All that can be heard lies in the arena, so a
 * renderer that reads one continues exactly where the writer was. Renderer threads; nothing allocates.
 */
import { within } from "../memory/layout.ts";
import { snapshotArenaIndex, snapshotIndex } from "../memory/places.ts";
import type { SharedMemory } from "../memory/shared_memory.ts";
import { RendererStaleError } from "./renderer_stale_error.ts";
import { Host, type PatchInstance } from "./patch_instance.ts";

const { block, logPosition, checksumLow, checksumHigh, sequence, patch } = within.snapshot;

/** Copies the arena, at the start of a block, into a snapshot slot that no thread reads. */
export function writeSnapshot(memory: SharedMemory, slot: number, instance: PatchInstance): void {
  const { words } = memory;
  const { bytes: arena, words: arenaWords, host, checksum, number } = instance;
  const start = snapshotIndex(memory, slot);
  memory.bytes.set(arena, snapshotArenaIndex(memory, slot) * 4);
  words[start + block.index] = arenaWords[host + Host.block];
  words[start + patch.index] = number;
  words[start + logPosition.index] = arenaWords[host + Host.logPosition];
  words[start + checksumLow.index] = checksum.of(0, arena.length);
  words[start + checksumHigh.index] = checksum.high;
  Atomics.store(words, start + sequence.index, (words[start + sequence.index] + 1) | 0);
}

/** Number of the patch whose arena a snapshot holds. */
export function patchOfSnapshot(memory: SharedMemory, slot: number): number {
  return memory.words[snapshotIndex(memory, slot) + patch.index];
}

/** Copies a snapshot into the arena of its patch. Throws {@link RendererStaleError} when it was overwritten meanwhile. */
export function readSnapshot(memory: SharedMemory, slot: number, instance: PatchInstance): void {
  const { words } = memory;
  const { words: arena, bytes, checksum, host } = instance;
  const start = snapshotIndex(memory, slot);
  const first = snapshotArenaIndex(memory, slot);
  arena.set(words.subarray(first, first + arena.length));
  const low = checksum.of(0, bytes.length);
  const intact = low === words[start + checksumLow.index] &&
    checksum.high === words[start + checksumHigh.index] &&
    arena[host + Host.block] === words[start + block.index];
  if (!intact) throw new RendererStaleError(`snapshot ${slot}: its checksum does not match its arena`);
}
