import type { NativeLibrary } from "../../ffi/native_symbols.ts";

/**
 * Keeps samples in memory: a renderer that had to wait for the disk would be late.
 *
 * @returns 0, also where there are none, or the errno of a system that forbids it
 */
export function lockSamples({ symbols }: NativeLibrary, memory: WebAssembly.Memory | undefined): number {
  if (!memory) return 0;
  const bytes = new Uint8Array(memory.buffer);
  return symbols.us_lock_memory(Deno.UnsafePointer.of(bytes), BigInt(bytes.length));
}
