import type { Log } from "../../foundation/logging.ts";
import { encodePatch, recordedPatch } from "./session_format.ts";
import { sessionHeader, type SessionStart } from "./session_header.ts";
import { SessionWriter } from "./session_writer.ts";

/** Creates a session file and writes everything that comes before the first block. Throws `SessionFileError`. */
export async function recordSession(
  path: string,
  { log, ...start }: SessionStart & { readonly log: Log },
): Promise<SessionWriter> {
  const header = sessionHeader(start);
  const writer = await SessionWriter.create(path, header, (error) => log.error(error.message));
  writer.write("PTCH", encodePatch(recordedPatch(0, start.patch)));
  return writer;
}
