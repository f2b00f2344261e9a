/** The native callback, called by a test, and rings that the test fills in place of renderers. */
import { checksumOf } from "../../engine/memory/checksum.ts";
import { within } from "../../engine/memory/layout.ts";
import { slotIndex, slotSamplesIndex } from "../../engine/memory/places.ts";
import type { SharedMemory } from "../../engine/memory/shared_memory.ts";
import type { NativeLibrary } from "../../ffi/native_symbols.ts";

export interface PublishedBlock {
  readonly ring: number;
  readonly block: number;
  readonly samples: Float32Array;
  /** Omitted: that of the samples. */
  readonly checksum?: { readonly low: number; readonly high: number };
}

/** Puts a block into a ring, as a renderer does. */
export function publishBlock(memory: SharedMemory, { ring, block, samples, checksum }: PublishedBlock): void {
  const { low, high } = checksum ?? checksumOf(new Uint8Array(samples.slice().buffer));
  const slot = slotIndex(memory, ring, block);
  memory.floats.set(samples, slotSamplesIndex(memory, ring, block));
  memory.words[slot + within.slot.checksumLow.index] = low;
  memory.words[slot + within.slot.checksumHigh.index] = high;
  memory.words[slot + within.slot.tag.index] = block;
}

/** Calls the callback as a device does; the frames that it gets are NaN where the callback wrote none. */
export function takeFrames(
  { symbols }: NativeLibrary,
  memory: SharedMemory,
  frames = memory.geometry.blockFrames,
  input: Float32Array<ArrayBuffer> | null = null,
): Float32Array<ArrayBuffer> {
  const output = new Float32Array(frames * memory.geometry.channels).fill(NaN);
  const base = Deno.UnsafePointer.of(memory.bytes);
  symbols.us_callback(input, output, BigInt(frames), null, 0n, base);
  return output;
}
