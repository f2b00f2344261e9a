import type { NativeLibrary } from "../../ffi/native_symbols.ts";

/** Keeps samples in memory: a renderer that had to wait for the disk would be late. Where the system forbids it, nothing happens. */
export function lockSamples({ symbols }: NativeLibrary, memory: WebAssembly.Memory | undefined): void {
  if (!memory) return;
  const bytes = new Uint8Array(memory.buffer);
  symbols.us_lock_memory(Deno.UnsafePointer.of(bytes), BigInt(bytes.length));
}
