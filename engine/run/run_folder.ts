/**
 * The files of one run of the engine, for its processes: a folder, and in `/dev/shm` what they map. They are removed when the run
 * ends. If every process was ended by force, they stay until the next start, which finds that their first process is gone.
 */
import { cString, textOf } from "../../ffi/c_string.ts";
import { MappedMemoryError } from "../../ffi/mapped_memory.ts";
import type { NativeLibrary } from "../../ffi/native_symbols.ts";

/** Files of a run. */
export interface RunFolder {
  readonly path: string;
  /** The shared memory. */
  readonly memory: string;
  /** Samples of a patch. */
  samplesOf(patch: number): string;
  /** What every renderer process begins with, JSON. */
  readonly rendererStart: string;
  /** The same for a renderer on trial, which may need another native part. */
  readonly offeredStart: string;
  /** The version that is to take this one's place, JSON. */
  readonly upgrade: string;
  /** What became of that so far: a JSON object a line. */
  readonly upgradeSteps: string;
  /** What the launcher starts the next control process from: the executable, and the module; a line each. */
  readonly program: string;
  /** Values of the parameters, JSON. */
  readonly parameters: string;
  /** Notes and pedals that MIDI holds down, JSON. */
  readonly heldControls: string;
  /** Commands that were quarantined, JSON. */
  readonly quarantined: string;
  /** The recording of the sound that is under way, JSON. */
  readonly recording: string;
  /** Files that are armed to be streamed, JSON. */
  readonly streams: string;
  /** The show that plays, JSON. */
  readonly show: string;
  /** Who listens over OSC, JSON. */
  readonly listeners: string;
  /** What a renderer process printed before it ended. */
  errorsOf(seat: number): string;
}

/** Names the files of a run. */
export function runFolderAt(path: string): RunFolder {
  const shared = `/dev/shm/${path.slice(path.lastIndexOf("/") + 1)}`;
  return {
    path,
    memory: `${shared}.memory`,
    samplesOf: (patch) => `${shared}.samples-${patch}`,
    rendererStart: `${path}/renderer.json`,
    offeredStart: `${path}/renderer-offered.json`,
    upgrade: `${path}/upgrade.json`,
    upgradeSteps: `${path}/upgrade-steps`,
    program: `${path}/program`,
    parameters: `${path}/parameters.json`,
    heldControls: `${path}/held-controls.json`,
    quarantined: `${path}/quarantined.json`,
    recording: `${path}/recording.json`,
    streams: `${path}/streams.json`,
    show: `${path}/show.json`,
    listeners: `${path}/listeners.json`,
    errorsOf: (seat) => `${path}/errors-${seat}`,
  };
}

/**
 * Makes the folder of a run whose first process is this one, and removes what dead runs have left. Main isolate.
 *
 * @throws {MappedMemoryError}
 */
export function createRunFolder({ symbols }: NativeLibrary, parent = parentFolder()): RunFolder {
  symbols.us_run_remove_dead(cString(parent));
  const path = new Uint8Array(4_096);
  const error = symbols.us_run_create(cString(parent), path, path.length);
  if (error === 0) return runFolderAt(textOf(path));
  throw new MappedMemoryError(
    `cannot make a folder in ${parent} (errno ${error}): set TMPDIR to a folder that can be written to, ` +
      "or UNDERSTUDY_ISOLATION=threads",
  );
}

/** Removes the files of a run. Main isolate. */
export function removeRunFolder({ symbols }: NativeLibrary, { path }: RunFolder): void {
  symbols.us_run_remove(cString(path));
}

/** A run that may be dead, and the process that it began with. */
export interface KnownRun {
  readonly pid: number;
  /** When that process began, as `ProcessHandle.startOf` gives it. */
  readonly start: number;
  readonly folder: RunFolder;
}

/** The runs of this user. */
export function knownRuns(parent = parentFolder()): KnownRun[] {
  return [...Deno.readDirSync(parent)].flatMap(({ name, isDirectory }) => {
    const [, pid, start] = isDirectory && /^understudy-run-(\d+)-(\d+)-[0-9a-f]+$/.exec(name) || [];
    if (pid === undefined) return [];
    return [{
      pid: Number(pid),
      start: Number(BigInt.asIntN(32, BigInt(start))),
      folder: runFolderAt(`${parent}/${name}`),
    }];
  });
}

/** In memory where the system has such a folder for every user; the files are small. */
function parentFolder(): string {
  return Deno.env.get("XDG_RUNTIME_DIR") ?? Deno.env.get("TMPDIR") ?? "/tmp";
}
