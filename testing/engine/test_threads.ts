import type { CompiledPatch } from "../../compiler/graph/compiled_patch.ts";
import { compileChecksum } from "../../engine/memory/checksum.ts";
import type { SharedMemory } from "../../engine/memory/shared_memory.ts";
import type { ThreadSeatingOptions } from "../../engine/supervisor/thread_seating.ts";
import type { NativeLibrary } from "../../ffi/native_symbols.ts";

export interface TestThreads {
  readonly memory: SharedMemory;
  readonly patch: CompiledPatch;
  readonly native: NativeLibrary;
  readonly nativeLibrary: string;
  readonly faultsAllowed: boolean;
}

/** What threads need that sit on the seats of a test and begin with one patch. */
export function threadSeatingOptions({ patch, ...parts }: TestThreads): ThreadSeatingOptions {
  return {
    ...parts,
    module: new URL("../../engine/renderer/worker.ts", import.meta.url),
    patches: [{ number: 0, patch }],
    checksum: compileChecksum(),
    seed: 1,
  };
}
