/** The shared memory of a run: a file that each of its processes maps. */
import { mapMemory } from "../../ffi/mapped_memory.ts";
import type { NativeLibrary } from "../../ffi/native_symbols.ts";
import { SharedMemory } from "../memory/shared_memory.ts";
import type { RunFolder } from "./run_folder.ts";

/** Room for the shared memory of a run, which other processes map by its name. Throws `MappedMemoryError`. */
export function sharedBuffer(
  native: NativeLibrary,
  { memory: path }: RunFolder,
  bytes: number,
): SharedArrayBuffer {
  return mapMemory(native, { path, bytes, create: true }).buffer as unknown as SharedArrayBuffer;
}

/** The shared memory that another process of the run has made. Throws `MappedMemoryError`, and InvariantError when it is none. */
export function attachRunMemory(
  native: NativeLibrary,
  { memory: path }: RunFolder,
  bytes: number,
): SharedMemory {
  const { buffer } = mapMemory(native, { path, bytes, create: false });
  return SharedMemory.attach(buffer as unknown as SharedArrayBuffer);
}
