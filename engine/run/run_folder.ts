/**
 * The folder of one run of the engine: what its processes share by name. It lies in memory, in `/dev/shm`, holds files only, and
 * is removed when the run ends. If every process was ended by force, it stays; the next start removes it, because the process
 * that it is named after is gone.
 */
import { MappedMemoryError } from "../../ffi/mapped_memory.ts";

/** Where folders of runs are; no disk. */
const sharedFolder = "/dev/shm";
const prefix = "understudy-run-";

/** Files of a run. */
export interface RunFolder {
  readonly path: string;
  /** The shared memory. */
  readonly memory: string;
  /** What every renderer process begins with, JSON. */
  readonly rendererStart: string;
  /** What a renderer process printed before it ended. */
  errorsOf(seat: number): string;
}

/** Names the files of a run. */
export function runFolderAt(path: string): RunFolder {
  return {
    path,
    memory: `${path}/memory`,
    rendererStart: `${path}/renderer.json`,
    errorsOf: (seat) => `${path}/errors-${seat}`,
  };
}

/** Makes the folder of a run whose first process is this one, and removes those of runs that are over. Throws {@link MappedMemoryError}. */
export function createRunFolder(parent = sharedFolder): RunFolder {
  removeDeadRuns(parent);
  const path = `${parent}/${prefix}${Deno.pid}-${startOf(Deno.pid)}-${crypto.randomUUID().slice(0, 8)}`;
  try {
    Deno.mkdirSync(path, { mode: 0o700 });
  } catch (cause) {
    throw new MappedMemoryError(
      `cannot make ${path} (${
        (cause as Error).message
      }): set UNDERSTUDY_ISOLATION=threads, or mount ${parent}`,
      { cause },
    );
  }
  return runFolderAt(path);
}

/** Removes a run's folder; nothing happens where it is gone. */
export function removeRunFolder({ path }: RunFolder): void {
  try {
    Deno.removeSync(path, { recursive: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

/** Removes the folders of runs whose first process is gone. Returns their paths. */
export function removeDeadRuns(parent = sharedFolder): string[] {
  const dead: string[] = [];
  for (const { name } of namesIn(parent)) {
    const [, pid, start] = name.match(/^understudy-run-(\d+)-(\d+)-/) ?? [];
    if (pid === undefined || startOf(Number(pid)) === start) continue;
    try {
      Deno.removeSync(`${parent}/${name}`, { recursive: true });
      dead.push(`${parent}/${name}`);
    } catch { /* another user's, or another start was faster */ }
  }
  return dead;
}

function namesIn(parent: string): Iterable<Deno.DirEntry> {
  try {
    return [...Deno.readDirSync(parent)];
  } catch {
    return [];
  }
}

/** When a process began, in ticks since the machine's start: with its id it names a process for good. Empty: there is none. */
function startOf(pid: number): string {
  try {
    const stat = Deno.readTextFileSync(`/proc/${pid}/stat`);
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19]; // its name may hold anything, blanks too
  } catch {
    return "";
  }
}
