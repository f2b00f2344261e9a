import type { Dimensions } from "../../engine/memory/layout.ts";
import { SharedMemory } from "../../engine/memory/shared_memory.ts";

/**
 * A small shared memory; what a test does not care about has a plain value.
 *
 * @param allocate where other processes are to map it
 */
export function testMemory(
  dimensions: Partial<Dimensions> = {},
  allocate?: (bytes: number) => SharedArrayBuffer,
): SharedMemory {
  const whole = {
    sampleRateHz: 8_000,
    blockFrames: 32,
    channels: 2,
    inputChannels: 0,
    lookaheadBlocks: 4,
    startBlock: 0,
    startLogPosition: 0,
    stateCheckBlocks: 2,
    snapshotBlocks: 4,
    arenaBytes: 131_072,
    captureFrames: 0,
    ceiling: 0,
    ...dimensions,
  };
  return SharedMemory.create(whole, allocate);
}
