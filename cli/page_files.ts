/** The files that pages show: recordings of the sound, and sessions. Main isolate. */
import { basename, dirname, extname, join } from "node:path";
import type { FileEntry } from "../dashboard/protocol.ts";
import { listRecordings } from "../osc/oscquery/recordings_route.ts";

/** Sessions that are shown, at most: the newest. */
const maxSessions = 1_000;

export interface PageFilesOptions {
  readonly recordingFolder: string;
  /** The session that is written; omitted: none is. */
  readonly session?: string;
  /** Name of the recording that is written; empty: none is. */
  readonly recording: () => string;
}

/** Both kinds, newest first. A session is shown beside its like and not served: it replays every note that was played. */
export async function pageFiles(
  { recordingFolder, session, recording }: PageFilesOptions,
): Promise<readonly FileEntry[]> {
  const open = recording();
  const recordings = (await listRecordings(recordingFolder)).map((
    { name, bytes, modified, url },
  ): FileEntry => ({
    kind: "recording",
    name,
    bytes,
    unixMs: Date.parse(modified),
    isOpen: name === open,
    path: url,
  }));
  const sessions = session === undefined ? [] : await sessionsBeside(session);
  return [...recordings, ...sessions].sort((one, other) => other.unixMs - one.unixMs);
}

/** The session and files of the same ending in its folder. */
async function sessionsBeside(session: string): Promise<readonly FileEntry[]> {
  const found: FileEntry[] = [];
  const [folder, ending] = [dirname(session), extname(session)];
  for await (const { name, isFile } of Deno.readDir(folder)) {
    if (!isFile || extname(name) !== ending) continue;
    const { size, mtime } = await Deno.stat(join(folder, name));
    found.push({
      ...{ kind: "session", name, bytes: size, unixMs: mtime?.getTime() ?? 0 },
      isOpen: name === basename(session),
    });
  }
  return found.sort((one, other) => other.unixMs - one.unixMs).slice(0, maxSessions);
}
