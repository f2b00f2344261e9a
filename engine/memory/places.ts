/**
 * Where everything that is repeated lies in the shared memory: the only place that computes an address from the geometry
 * (`seats.ts` has those of the seats). Indices count 32-bit words, as `SharedMemory.words` and `.floats` have them; fields of
 * a structure are added by `within`. Tables are rings: blocks and positions that are a whole lap apart share a place. Any
 * thread; nothing allocates.
 */
import { logEntryWords } from "./constants.ts";
import { type Geometry, structureBytes } from "./layout.ts";

/** What an address depends on: a `SharedMemory`. */
interface LaidOut {
  readonly geometry: Geometry;
}

/** Header of the slot for a block in a renderer's ring; a seat and its ring have the same number. */
export function slotIndex({ geometry }: LaidOut, ring: number, block: number): number {
  const slot = block & (geometry.ringSlots - 1);
  return (geometry.ringOffset + ring * geometry.ringBytes + slot * geometry.slotBytes) / 4;
}

/** First sample of a block in a renderer's ring, interleaved. */
export function slotSamplesIndex(memory: LaidOut, ring: number, block: number): number {
  return slotIndex(memory, ring, block) + structureBytes.slot / 4;
}

/** Header of the captured input of a block. */
export function inputSlotIndex({ geometry }: LaidOut, block: number): number {
  return (geometry.inputOffset + (block & (geometry.inputSlots - 1)) * geometry.inputSlotBytes) / 4;
}

/** First captured sample of a block, interleaved. */
export function inputSamplesIndex(memory: LaidOut, block: number): number {
  return inputSlotIndex(memory, block) + structureBytes.inputSlot / 4;
}

/** The seal of a block. */
export function sealIndex({ geometry }: LaidOut, block: number): number {
  return geometry.sealOffset / 4 + (block & (geometry.sealCount - 1));
}

/**
 * The tag of a block's seal: which lap of the table it belongs to, as 16 bits that wrap together with the block numbers. A table
 * of more than 65,536 seals has fewer laps than that; its tags count in larger steps, so that newer and older stay apart there.
 */
export function sealLap({ geometry }: LaidOut, block: number): number {
  const { sealCount } = geometry;
  if (sealCount > 0x1_0000) return (block & -sealCount) >>> 16;
  return (block >>> (31 - Math.clz32(sealCount))) & 0xFFFF;
}

/** First word of a log entry. */
export function logEntryIndex({ geometry }: LaidOut, position: number): number {
  return geometry.logOffset / 4 + (position & (geometry.logCapacity - 1)) * logEntryWords;
}

/** The callback's record of a delivered block. */
export function deliveredIndex({ geometry }: LaidOut, block: number): number {
  return (geometry.deliveredOffset + (block & (geometry.deliveredCount - 1)) * geometry.deliveredBytes) / 4;
}

/** Largest magnitude of the first channel in a delivered block; those of the others follow. */
export function deliveredPeaksIndex(memory: LaidOut, block: number): number {
  return deliveredIndex(memory, block) + structureBytes.delivered / 4;
}

/** Smallest sample of the first channel in a delivered block; those of the others follow. */
export function deliveredLowestIndex(memory: LaidOut, block: number): number {
  return deliveredPeaksIndex(memory, block) + memory.geometry.channels;
}

/** Largest sample of the first channel in a delivered block; those of the others follow. */
export function deliveredHighestIndex(memory: LaidOut, block: number): number {
  return deliveredPeaksIndex(memory, block) + 2 * memory.geometry.channels;
}

/** Header of a snapshot. */
export function snapshotIndex({ geometry }: LaidOut, slot: number): number {
  return (geometry.snapshotOffset + slot * geometry.snapshotBytes) / 4;
}

/** First word of the arena in a snapshot. */
export function snapshotArenaIndex(memory: LaidOut, slot: number): number {
  return snapshotIndex(memory, slot) + structureBytes.snapshot / 4;
}

/** First sample of a frame of output that the clock driver keeps. */
export function captureIndex({ geometry }: LaidOut, frame: number): number {
  return geometry.captureOffset / 4 + (frame & (geometry.captureFrames - 1)) * geometry.channels;
}

/** Header of the output that is kept for a block. */
export function outputSlotIndex({ geometry }: LaidOut, block: number): number {
  return (geometry.outputOffset + (block & (geometry.outputSlots - 1)) * geometry.outputSlotBytes) / 4;
}

/** First sample of the output that is kept for a block, interleaved. */
export function outputSamplesIndex(memory: LaidOut, block: number): number {
  return outputSlotIndex(memory, block) + structureBytes.outputSlot / 4;
}

/** Header of a page of the streams. */
export function pageIndex({ geometry }: LaidOut, page: number): number {
  return (geometry.pageOffset + page * geometry.streamPageBytes) / 4;
}

/** First sample of a page: all frames of the first channel, then those of the next. */
export function pageSamplesIndex(memory: LaidOut, page: number): number {
  return pageIndex(memory, page) + structureBytes.page / 4;
}

/** The bucket in which the directory has a page of a file. */
export function pageBucketIndex({ geometry }: LaidOut, file: number, page: number): number {
  const hash = Math.imul(Math.imul(file, 0x9E3779B1) ^ page, 0x85EBCA6B);
  return geometry.pageBucketOffset / 4 + ((hash >>> 15) & (geometry.pageBucketCount - 1));
}

/** The seal of 16 players in a block: players 0 to 15 have half 0. */
export function streamSealIndex({ geometry }: LaidOut, block: number, half: number): number {
  return geometry.streamSealOffset / 4 + (block & (geometry.sealCount - 1)) * 2 + half;
}
