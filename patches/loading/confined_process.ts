/**
 * A process of the runtime that the system holds within limits, also when this process is stopped or killed: it writes no file,
 * has no core file, no environment and no network, and ends with the process that started it. Main isolate.
 */
import { confinedCommand } from "../../foundation/confined_command.ts";
import { moduleCommand } from "../../foundation/module_command.ts";

/** All data of the process in MiB. The runtime alone needs about 60. */
const maxDataMiB = 1_024;

/** Niceness of a process while the engine plays, the lowest that there is; and while nothing plays yet. */
const niceness = { playing: 19, starting: 0 } as const;

export interface ConfinedModule {
  readonly module: URL;
  readonly args: readonly string[];
  /** Flags of the runtime: its permissions, none by default. */
  readonly flags: readonly string[];
  /** Heap of the script in MiB. */
  readonly maxHeapMiB: number;
  /** Processor time of all threads together, in seconds. */
  readonly maxProcessorSeconds: number;
  /** Whether sound depends on the processor meanwhile: then the process gets only what nothing else takes. */
  readonly isPlaying: boolean;
  readonly stdin: "null" | "piped";
}

/** Starts the process. Its standard output and error are pipes that have to be read to their ends. */
export function startConfined(options: ConfinedModule): Deno.ChildProcess {
  const { module, args, flags, maxHeapMiB, maxProcessorSeconds, isPlaying, stdin } = options;
  const program = moduleCommand({ module, args, maxHeapMiB, flags: ["--no-code-cache", ...flags] });
  return confinedCommand(program, {
    ...{ maxDataMiB, maxProcessorSeconds, stdin },
    niceness: isPlaying ? niceness.playing : niceness.starting,
    mayWriteFiles: false,
  }).spawn();
}
