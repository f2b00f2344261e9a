import type { CompiledPatch } from "../../compiler/graph/compiled_patch.ts";
import type { StreamedFile } from "../streams/streamed_file.ts";
import {
  encodeJson,
  encodePatch,
  encodeSnapshot,
  recordedPatch,
  type RecordedSnapshot,
} from "./session_format.ts";
import { sessionHeader, type SessionStart } from "./session_header.ts";
import { SessionWriter } from "./session_writer.ts";

export interface Recording extends SessionStart {
  /** Called once when the recording cannot go on. */
  readonly onFailure: (error: Error) => void;
  /** Every patch that the log may still ask for, in the order of loading. */
  readonly patches: readonly { readonly number: number; readonly patch: CompiledPatch }[];
  /** Files that players may have. */
  readonly files?: readonly StreamedFile[];
  /** The state at the first block; omitted: the initial state of the patch. */
  readonly snapshot?: RecordedSnapshot;
}

/** Creates a session file and writes everything that comes before the first block. Throws `SessionFileError`. */
export async function recordSession(
  path: string,
  { onFailure, patches, snapshot, files = [], ...start }: Recording,
): Promise<SessionWriter> {
  const header = {
    ...sessionHeader(start),
    ...(snapshot &&
      { startBlock: snapshot.block >>> 0, startLogPosition: snapshot.logPosition >>> 0 }),
  };
  const writer = await SessionWriter.create(path, header, onFailure);
  patches.forEach(({ number, patch }) => writer.write("PTCH", encodePatch(recordedPatch(number, patch))));
  files.forEach((file) => writer.write("FILE", encodeJson(file)));
  if (snapshot) writer.write("SNAP", encodeSnapshot(snapshot));
  return writer;
}
