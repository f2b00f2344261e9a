import type { Config } from "../../config/settings.ts";
import { pageSamples, stateCheckSeconds } from "./constants.ts";
import type { Dimensions } from "./layout.ts";

/** Where the numbers of blocks and commands begin, and what is kept of the output; not part of the configuration. */
export type StreamStart = Partial<Pick<Dimensions, "startBlock" | "startLogPosition" | "captureFrames">>;

/** Dimensions of the memory for a configuration and the arena of its first patch. Snapshots begin with a sweep of a small arena. */
export function dimensionsOf(config: Config, arenaBytes: number, start: StreamStart): Dimensions {
  const blocksIn = (seconds: number) =>
    Math.max(1, Math.round(seconds * config.sampleRateHz / config.blockFrames));
  const stateCheckBlocks = blocksIn(stateCheckSeconds);
  const snapshotChecks = Math.max(1, Math.round(blocksIn(config.snapshotMs / 1_000) / stateCheckBlocks));
  return {
    ...config,
    startBlock: start.startBlock ?? 0,
    startLogPosition: start.startLogPosition ?? 0,
    stateCheckBlocks,
    snapshotBlocks: stateCheckBlocks * snapshotChecks,
    arenaBytes: Math.max(arenaBytes, config.patchMemoryMiB * 2 ** 20),
    captureFrames: start.captureFrames ?? 0,
    pageCount: config.streamMiB * 2 ** 20 / 4 / pageSamples,
  };
}

/** Dimensions of a memory that asks a device or a clock something: it plays no patch, so tables and arena are least. */
export function leastDimensions(
  config: Omit<Dimensions, keyof StreamStart | "stateCheckBlocks" | "snapshotBlocks" | "arenaBytes">,
): Dimensions {
  return {
    ...config,
    startBlock: 0,
    startLogPosition: 0,
    stateCheckBlocks: 1,
    snapshotBlocks: 1,
    arenaBytes: 65_536,
    captureFrames: 0,
  };
}
