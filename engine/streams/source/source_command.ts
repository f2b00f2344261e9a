import { confinedCommand } from "../../../foundation/confined_command.ts";
import { moduleCommand } from "../../../foundation/module_command.ts";

/** First argument by which a compiled binary starts as the process that decodes streams. */
export const sourceRole = "source-reader";

/** Memory of the process in MiB: its heap, and all of its data with that of the decoders. */
const maxHeapMiB = 1_024;
const maxDataMiB = 4_096;

/** It lives as long as the engine: 30 years. What hangs is ended by its reader. */
const maxProcessorSeconds = 10 ** 9;

/**
 * How the process that decodes streams is started: it may read files, and nothing else. The system ends it with the thread that starts
 * it, whose priority it has, because what it does is in the way of the sound.
 */
export function sourceCommand(): Deno.Command {
  return confinedCommand(program(), {
    ...{ maxDataMiB, maxProcessorSeconds },
    mayWriteFiles: false,
    stdin: "piped",
  });
}

function program(): readonly string[] {
  if (Deno.build.standalone) return [Deno.execPath(), sourceRole];
  const module = new URL("./source_child.ts", import.meta.url);
  return moduleCommand({ module, maxHeapMiB, flags: ["--allow-read", "--no-lock", "--no-check"] });
}
