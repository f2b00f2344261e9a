import { confinedCommand } from "../../foundation/confined_command.ts";
import { moduleCommand } from "../../foundation/module_command.ts";

/** First argument by which a compiled binary starts as the process that decodes sound files. */
export const decoderRole = "sample-decoder";

/**
 * Memory of the process in MiB: its heap, and all of its data. The files of a patch take half a gigabyte at most once they are
 * decoded, and up to five times that with their copies at twice the rate.
 */
const maxHeapMiB = 512;
const maxDataMiB = 4_096;

/** Plain: the priority of the engine is not for it. */
const niceness = 0;

/**
 * How the process that decodes sound files is started: it may read their folder, and nothing else. The system holds it within
 * limits, also when this process is stopped, and ends it with this process (`setpriv` is a part of util-linux; where it is
 * missing, the limit of processor time ends an orphan). A compiled binary starts itself in a role of its own.
 *
 * @param folder with the files, as a real path
 * @param maxProcessorSeconds of all its threads together
 */
export function decoderCommand(folder: string, maxProcessorSeconds: number): Deno.Command {
  return confinedCommand(program(folder), {
    ...{ maxDataMiB, maxProcessorSeconds, niceness },
    mayWriteFiles: true,
    stdin: "piped",
  });
}

function program(folder: string): readonly string[] {
  if (Deno.build.standalone) return [Deno.execPath(), decoderRole];
  const module = new URL("./decode_child.ts", import.meta.url);
  return moduleCommand({ module, maxHeapMiB, readable: folder, flags: ["--no-lock", "--no-check"] });
}
