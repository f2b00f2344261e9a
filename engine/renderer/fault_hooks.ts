/** The damage that the faults `corrupt` and `trap` do to a patch while it plays. Renderer threads; only where faults are allowed. */
import type { PatchInstance } from "./patch_instance.ts";

/** Flips one bit of the first word of the patch's state, at or after a place, that is not zero. */
export function flipBit({ words, description: { arena } }: PatchInstance, place: number, bit: number): void {
  const first = (arena.hostOffset + arena.hostBytes) / 4;
  const count = arena.inputOffset / 4 - first;
  let index = first + place % count;
  for (let step = 0; step < count && words[index] === 0; step++) index = first + (place + step) % count;
  words[index] ^= 1 << bit;
}

/** Runs into a WebAssembly trap: reads beyond the end of the arena. */
export function trap({ checksum, bytes }: PatchInstance): void {
  checksum.of(bytes.length, 16);
}
