import { basename, dirname, join, resolve } from "node:path";
import type { FileEntry } from "../../dashboard/protocol.ts";
import type { RecorderStatus } from "../../engine/control/control.ts";
import { listRecordings } from "../oscquery/recordings_route.ts";

export interface RecordedFilesOptions {
  /** Folder of the recordings. */
  readonly folder: string;
  /** The session that is written; omitted: none is. */
  readonly session?: string;
  readonly rec: Pick<RecorderStatus, "state" | "file" | "seconds">;
}

/** Recordings, and the sessions beside the one that is written, for the page; the newest first. Main isolate. */
export async function recordedFiles(
  { folder, session, rec }: RecordedFilesOptions,
): Promise<readonly FileEntry[]> {
  const recordings = (await listRecordings(folder)).map(
    ({ name, bytes, modified, seconds, url }): FileEntry => {
      const isLast = rec.file === resolve(folder, name);
      return {
        ...{ kind: "recording", name, bytes, path: url },
        unixMs: Date.parse(modified),
        isOpen: isLast && rec.state === "recording",
        seconds: isLast ? rec.seconds : seconds,
      };
    },
  );
  const sessions = session === undefined ? [] : await sessionsBeside(session);
  return [...recordings, ...sessions].sort((one, other) => other.unixMs - one.unixMs);
}

async function sessionsBeside(session: string): Promise<FileEntry[]> {
  const folder = dirname(session);
  const found: FileEntry[] = [];
  for await (const { name, isFile } of Deno.readDir(folder)) {
    if (!isFile || !(name.endsWith(".session") || name === basename(session))) continue;
    const { size, mtime } = await Deno.stat(join(folder, name));
    found.push({
      kind: "session",
      name,
      bytes: size,
      unixMs: mtime?.getTime() ?? 0,
      isOpen: name === basename(session),
    });
  }
  return found;
}
