import { dirname } from "node:path";
import type { NativeLibrary } from "../../ffi/native_symbols.ts";
import { compileChecksum } from "../memory/checksum.ts";
import type { SharedMemory } from "../memory/shared_memory.ts";
import type { EngineProcesses } from "../run/engine_processes.ts";
import { keepCode } from "../run/kept_code.ts";
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
}

const root = new URL("../../", import.meta.url);

/** The entries of a renderer, as their addresses below the root. */
const entries = {
  thread: new URL("../renderer/worker.ts", import.meta.url).href.slice(root.href.length),
  process: new URL("../renderer/process.ts", import.meta.url).href.slice(root.href.length),
};

/** Renderers as threads or as processes. All that this engine ever starts run the code that is on the disk now. */
export function openSeating(options: SeatingOptions): Seating {
  const { memory, native, nativeLibrary, processes, patches: loaded, seed, faultsAllowed } = options;
  const entry = entries[processes ? "process" : "thread"];
  const module = new URL(entry, keepCode({ root, entries: [entry], cacheDirectory: dirname(nativeLibrary) }));
  if (!processes) return new ThreadSeating({ ...options, module, checksum: compileChecksum() });
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
    command: rendererCommand(module, folder),
  });
}
