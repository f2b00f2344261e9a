/**
 * A sweep: the blocks in which every region of an arena is checked once, region n at block n of it. All renderers that play a
 * patch check the same region at the same block. Any thread; nothing allocates.
 */
import { type Geometry, powerOfTwoAtLeast } from "./layout.ts";

type SweepGeometry = Pick<Geometry, "startBlock" | "stateCheckBlocks" | "checkRegionBytes">;

/** Regions of an arena. */
export function regionsOf({ checkRegionBytes }: SweepGeometry, arenaBytes: number): number {
  return Math.ceil(arenaBytes / checkRegionBytes);
}

/**
 * Blocks of a sweep: an arena of few regions is swept as often as the geometry asks for, a larger one checks a region at
 * every block. A power of two, so that sweeps go on evenly where block numbers wrap.
 */
export function sweepBlocksOf({ stateCheckBlocks }: SweepGeometry, regions: number): number {
  return powerOfTwoAtLeast(Math.max(stateCheckBlocks, regions));
}

/** Place of a block in its sweep: the number of the region that is due, if there are as many. */
export function placeInSweep(geometry: SweepGeometry, regions: number, block: number): number {
  return ((block - geometry.startBlock) >>> 0) % sweepBlocksOf(geometry, regions);
}

/** Blocks from `block` on in which every region is due once. */
export function blocksToSweep(geometry: SweepGeometry, regions: number, block: number): number {
  const place = placeInSweep(geometry, regions, block);
  if (place === 0) return regions;
  const sweepBlocks = sweepBlocksOf(geometry, regions);
  return place < regions ? sweepBlocks : sweepBlocks - place + regions;
}
