/**
 * The file that a start records to. A path that stays the same lets the second start fail, because a recording is never written
 * over: so a setting can be a folder, or have the time in it. Main isolate.
 */
import { basename, dirname, join } from "node:path";
import { SessionFileError } from "./session_writer.ts";

/** Stands for the time of the start in a path. */
const timeMark = "%t";

const sessionEnding = ".session";

interface SessionPathOptions {
  /** Time of the start, in milliseconds since 1970. */
  readonly nowMs: number;
  /** The engine plays already, and an earlier process of it has begun the recording: the newest file is gone on with. */
  readonly isLiving?: boolean;
  /** Recordings that are kept, this one included; older ones are removed. Omitted: all. */
  readonly keep?: number;
  /** Of the files in a folder; by default that of sessions. */
  readonly ending?: string;
}

/**
 * A path as it stands, or a new one: a folder that exists, or a path that ends with `/`, gets a file that is named by the time,
 * and `%t` becomes the time, as in `show-%t.session`.
 *
 * @throws {SessionFileError} where the folder cannot be made or read
 */
export function sessionPath(
  setting: string,
  { nowMs, isLiving = false, keep, ending = sessionEnding }: SessionPathOptions,
): string {
  const pattern = isFolder(setting) ? join(setting, timeMark + ending) : setting;
  if (!pattern.includes(timeMark)) return pattern;
  const folder = dirname(pattern);
  try {
    Deno.mkdirSync(folder, { recursive: true });
    const earlier = recordings(folder, basename(pattern));
    if (isLiving && earlier.length > 0) return earlier[earlier.length - 1];
    if (keep !== undefined) {
      earlier.slice(0, Math.max(0, earlier.length - keep + 1)).forEach((path) => Deno.removeSync(path));
    }
  } catch (cause) {
    throw new SessionFileError(`cannot record into ${folder}: ${(cause as Error).message}`, { cause });
  }
  const time = new Date(nowMs).toISOString().slice(0, 19).replaceAll(":", "-") + "Z";
  const first = pattern.replaceAll(timeMark, time);
  for (let number = 2, path = first;; number++) {
    if (!exists(path)) return path;
    path = pattern.replaceAll(timeMark, `${time}-${number}`);
  }
}

/** Files that were named by the same pattern, the oldest first: their names are in the order of time. */
function recordings(folder: string, pattern: string): string[] {
  const [before, ...after] = pattern.split(timeMark);
  const rest = after.join(timeMark);
  const isTime = /^\d{4}-\d{2}-\d{2}T\d{2}-\d{2}-\d{2}Z(-\d+)?$/;
  const middle = (name: string) => name.slice(before.length, name.length - rest.length);
  return [...Deno.readDirSync(folder)].filter(({ name, isFile }) =>
    isFile && name.startsWith(before) && name.endsWith(rest) && isTime.test(middle(name))
  ).map(({ name }) => join(folder, name)).sort();
}

function isFolder(path: string): boolean {
  if (path.endsWith("/")) return true;
  try {
    return Deno.statSync(path).isDirectory;
  } catch {
    return false; // it may become a file
  }
}

function exists(path: string): boolean {
  try {
    Deno.lstatSync(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
