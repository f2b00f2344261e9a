import type { NativeLibrary } from "../../ffi/native_symbols.ts";
import { compileChecksum } from "../memory/checksum.ts";
import type { SharedMemory } from "../memory/shared_memory.ts";
import type { EngineProcesses } from "../run/engine_processes.ts";
import { PatchFiles } from "../run/patch_files.ts";
import type { Seating } from "./occupant.ts";
import { ProcessSeating, rendererCommand } from "./process_seating.ts";
import type { LoadedPatch } from "./renderer_pool.ts";
import { ThreadSeating } from "./thread_seating.ts";

export interface SeatingOptions {
  readonly memory: SharedMemory;
  readonly native: NativeLibrary;
  readonly nativeLibrary: string;
  readonly patches: readonly LoadedPatch[];
  readonly seed: number;
  readonly faultsAllowed: boolean;
  /** Omitted: renderers are threads. */
  readonly processes?: EngineProcesses;
  /** Called when a renderer has ended: it is looked at now rather than at the next turn. */
  readonly onEnd?: () => void;
}

/** Renderers as threads or as processes. */
export function openSeating(options: SeatingOptions): Seating {
  const { memory, native, nativeLibrary, processes, patches: loaded, seed, faultsAllowed } = options;
  if (!processes) {
    const module = new URL("../renderer/worker.ts", import.meta.url);
    return new ThreadSeating({ ...options, module, checksum: compileChecksum() });
  }
  const { folder, stage } = processes;
  const patches = new PatchFiles(folder, native);
  return new ProcessSeating({
    memory,
    native,
    folder,
    stage,
    patches,
    loaded,
    start: { nativeLibrary, seed, faultsAllowed },
    onEnd: options.onEnd,
    command: rendererCommand(new URL("../renderer/process.ts", import.meta.url), folder),
  });
}
