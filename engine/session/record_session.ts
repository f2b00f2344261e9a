import type { CompiledPatch } from "../../compiler/graph/compiled_patch.ts";
import type { Config } from "../../config/settings.ts";
import type { Log } from "../../foundation/logging.ts";
import type { SharedMemory } from "../memory/shared_memory.ts";
import { encodePatch, recordedPatch } from "./session_format.ts";
import { sessionHeader } from "./session_header.ts";
import { SessionWriter } from "./session_writer.ts";

/** Creates a session file and writes everything that comes before the first block. Throws `SessionFileError`. */
export async function recordSession(
  path: string,
  { config, patch, version, log, memory }: {
    readonly config: Config;
    readonly patch: CompiledPatch;
    readonly version: string;
    readonly log: Log;
    readonly memory: SharedMemory;
  },
): Promise<SessionWriter> {
  const header = sessionHeader(config, patch, version, memory.lookaheadBlocks(), memory.geometry);
  const writer = await SessionWriter.create(path, header, (error) => log.error(error.message));
  writer.write("PTCH", encodePatch(recordedPatch(0, patch)));
  return writer;
}
