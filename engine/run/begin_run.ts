/** What renderer processes and the stage find when they start: the shared memory, and the files of the run. Main isolate. */
import type { CompiledPatch } from "../../compiler/graph/compiled_patch.ts";
import { mapMemory } from "../../ffi/mapped_memory.ts";
import type { NativeLibrary } from "../../ffi/native_symbols.ts";
import type { SharedMemory } from "../memory/shared_memory.ts";
import { PatchFiles } from "./patch_files.ts";
import { type RendererProcessStart, writeRendererProcessStart } from "./renderer_process_start.ts";
import type { RunFolder } from "./run_folder.ts";

/** Room for the shared memory of a run, which other processes map by its name. Throws `MappedMemoryError`. */
export function sharedBuffer(
  native: NativeLibrary,
  { memory: path }: RunFolder,
  bytes: number,
): SharedArrayBuffer {
  return mapMemory(native, { path, bytes, create: true }).buffer as unknown as SharedArrayBuffer;
}

/** What is written for the processes of a run. */
export interface RunBeginning extends Omit<RendererProcessStart, "memoryBytes"> {
  readonly native: NativeLibrary;
  readonly memory: SharedMemory;
  readonly patches: readonly { readonly number: number; readonly patch: CompiledPatch }[];
}

/** Writes what renderer processes begin with; the patches first, so that one that starts meanwhile finds them. */
export async function beginRun(
  folder: RunFolder,
  { native, memory, patches, ...start }: RunBeginning,
): Promise<void> {
  const { nativeLibrary, seed, faultsAllowed } = start;
  const written: RendererProcessStart = {
    nativeLibrary,
    memoryBytes: memory.geometry.totalBytes,
    seed,
    faultsAllowed,
  };
  const files = new PatchFiles(folder, native);
  for (const { number, patch } of patches) await files.write(number, patch);
  writeRendererProcessStart(folder.rendererStart, written);
}
