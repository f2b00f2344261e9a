/**
 * Renderers in processes of their own. SIGKILL ends one for certain, in any state; what ends one, an error of the runtime or the
 * kernel's out-of-memory killer among it, ends no other. They live on when the control process is lost; the next adopts them.
 */
import type { CompiledPatch } from "../../compiler/graph/compiled_patch.ts";
import type { NativeLibrary } from "../../ffi/native_symbols.ts";
import { fileURLToPath, pathToFileURL } from "node:url";
import { cString } from "../../ffi/c_string.ts";
import { ProcessHandle } from "../../ffi/process_handle.ts";
import { orderIndex, reportFieldIndex } from "../memory/seats.ts";
import type { SharedMemory } from "../memory/shared_memory.ts";
import type { ProgramVersion } from "../run/program_version.ts";
import type { PatchFiles } from "../run/patch_files.ts";
import { type RendererProcessStart, writeRendererProcessStart } from "../run/renderer_process_start.ts";
import type { RunFolder } from "../run/run_folder.ts";
import { beginRun } from "../run/begin_run.ts";
import type { LoadedPatch } from "./renderer_pool.ts";
import type { Occupant, Seating } from "./occupant.ts";

/** Code that renderers run. */
export interface RendererCode {
  /** Path of the program `understudy-stage`. */
  readonly stage: string;
  /** Program and arguments of a renderer's process, before those that every one has. */
  readonly command: readonly string[];
}

export interface ProcessSeatingOptions extends RendererCode {
  readonly memory: SharedMemory;
  readonly native: NativeLibrary;
  readonly folder: RunFolder;
  readonly patches: PatchFiles;
  /** Every patch that a renderer may need, in the order of loading; their files are there. */
  readonly loaded: readonly LoadedPatch[];
  readonly start: Omit<RendererProcessStart, "memoryBytes">;
  /** Called when a renderer that this process has started has ended. */
  readonly onEnd?: () => void;
}

/** Memory of a renderer's heap, in MiB: it needs about 4; one that grows to this has a fault. */
const heapLimitMiB = 64;

/** First argument by which a compiled binary starts as a renderer's process. */
export const rendererRole = "renderer-process";

/**
 * How a renderer's process is started: with the run's folder and the native part, and nothing else. A compiled binary starts
 * itself in a role of its own.
 *
 * @param runtime path of the runtime, or of the compiled binary
 */
export function rendererCommand(
  module: URL,
  { path }: RunFolder,
  runtime = Deno.execPath(),
): readonly string[] {
  if (Deno.build.standalone) return [runtime, rendererRole];
  return [
    runtime,
    "run",
    ...["--quiet", "--no-prompt", "--no-config", "--no-lock", "--no-remote", "--no-npm", "--no-check"],
    `--v8-flags=--max-old-space-size=${heapLimitMiB}`,
    "--allow-ffi", // addresses need it whole
    `--allow-read=${path}`,
    fileURLToPath(module),
  ];
}

/** How a renderer's process of another version is started. */
function rendererCodeOf({ folder, runtime, stage }: ProgramVersion, run: RunFolder): RendererCode {
  const module = pathToFileURL(`${folder}engine/renderer/process.ts`);
  return { stage, command: rendererCommand(module, run, runtime) };
}

/** Bytes of a process's last words that are read. */
const lastWordsBytes = 65_536;

/** The process id of a seat whose renderer never started, and may not start any more. */
const neverStarted = -1;

/** Starts processes, and adopts those that it finds. */
export class ProcessSeating implements Seating {
  readonly #options: ProcessSeatingOptions;
  readonly #loaded: Map<number, CompiledPatch>;
  #code: RendererCode;
  #start: Omit<RendererProcessStart, "memoryBytes">;
  #offered: ProgramVersion | undefined;

  constructor(options: ProcessSeatingOptions) {
    this.#options = options;
    this.#loaded = new Map(options.loaded.map(({ number, patch }) => [number, patch]));
    this.#code = options;
    this.#start = options.start;
  }

  /** Renderers on trial run this version from now on. */
  offer(version: ProgramVersion): void {
    const { folder, memory: { geometry: { totalBytes: memoryBytes } } } = this.#options;
    const { nativeLibrary } = version;
    this.#offered = version;
    writeRendererProcessStart(folder.offeredStart, { ...this.#start, memoryBytes, nativeLibrary });
  }

  /** All that start from now on run the version that was offered. */
  acceptOffer(): void {
    const { folder, memory: { geometry: { totalBytes: memoryBytes } } } = this.#options;
    this.#code = rendererCodeOf(this.#offered!, folder);
    this.#start = { ...this.#start, nativeLibrary: this.#offered!.nativeLibrary };
    writeRendererProcessStart(folder.rendererStart, { ...this.#start, memoryBytes });
  }

  async addPatch(number: number, patch: CompiledPatch): Promise<void> {
    await this.#options.patches.write(number, patch);
    this.#loaded.set(number, patch);
  }

  forgetPatchesBefore(number: number): void {
    const { patches } = this.#options;
    patches.numbers().filter((known) => known < number).forEach((known) => this.removePatch(known));
  }

  removePatch(number: number): void {
    this.#loaded.delete(number);
    this.#options.patches.remove(number);
  }

  async keepFiles(): Promise<string | undefined> {
    const { folder, memory, native, patches } = this.#options;
    const exists = (path: string) => native.symbols.us_run_has_file(cString(path)) === 1;
    if (!exists(folder.memory)) {
      return `${folder.memory} was removed: no renderer or stage that is lost can be replaced; restart, and let nothing ` +
        "clear /dev/shm (logind: RemoveIPC=no, or run as a system user)";
    }
    const there = exists(folder.path) ? patches.numbers() : [];
    const lost = [...this.#loaded].filter(([number]) => !there.includes(number));
    if (lost.length === 0 && exists(folder.rendererStart)) return undefined;
    Deno.mkdirSync(folder.path, { recursive: true, mode: 0o700 });
    await beginRun(folder, {
      ...{ native, memory, ...this.#start },
      patches: lost.map(([number, patch]) => ({ number, patch })),
    });
    return undefined;
  }

  spawn(seat: number, incarnation: number, trial = false): Occupant {
    const { native, folder } = this.#options;
    const { stage, command } = trial ? rendererCodeOf(this.#offered!, folder) : this.#code;
    const place = [folder.path, String(seat), String(incarnation), ...(trial ? [folder.offeredStart] : [])];
    const child = new Deno.Command(stage, {
      args: ["renderer", folder.errorsOf(seat), ...command, ...place],
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
    child.unref();
    child.status.then(() => this.#options.onEnd?.(), () => {});
    try {
      return new ProcessOccupant(this.#options, seat, incarnation, ProcessHandle.open(native, child.pid));
    } catch (error) {
      Deno.kill(child.pid, "SIGKILL"); // it would take the seat, and nothing could tell when it has ended
      throw error;
    }
  }

  adopt(seat: number): Occupant | undefined {
    const { memory, native } = this.#options;
    const incarnation = Atomics.load(memory.words, orderIndex(memory, seat, "incarnation"));
    if (incarnation === 0) return undefined;
    // either it has taken the seat, or it never will
    const pid = Atomics.compareExchange(
      memory.words,
      reportFieldIndex(memory, seat, "threadId"),
      0,
      neverStarted,
    );
    const start = Atomics.load(memory.words, reportFieldIndex(memory, seat, "processStart"));
    const handle = ProcessHandle.open(native, pid, start);
    return handle && new ProcessOccupant(this.#options, seat, incarnation, handle);
  }
}

class ProcessOccupant implements Occupant {
  readonly incarnation: number;
  readonly started = true;
  readonly #options: ProcessSeatingOptions;
  readonly #seat: number;
  readonly #process: ProcessHandle | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Read once, when it has ended: the supervisor asks at every turn. */
  #lastWords: string | undefined;

  constructor(
    options: ProcessSeatingOptions,
    seat: number,
    incarnation: number,
    process: ProcessHandle | undefined,
  ) {
    this.#options = options;
    this.#seat = seat;
    this.incarnation = incarnation;
    this.#process = process;
  }

  get exited(): boolean {
    if (this.#process && !this.#process.ended) return false;
    clearTimeout(this.#timer);
    return true;
  }

  get gone(): boolean {
    return this.exited;
  }

  get outOfMemory(): boolean {
    return this.exited && /out of memory/i.test(this.lastWords());
  }

  deliver(): void {
    const { memory, patches } = this.#options;
    const newest = patches.numbers().at(-1)!;
    Atomics.store(memory.words, orderIndex(memory, this.#seat, "patchFile"), newest);
  }

  terminate(graceMs: number): void {
    clearTimeout(this.#timer);
    if (graceMs === 0) this.#process?.signal("SIGKILL");
    else if (!this.exited) this.#timer = setTimeout(() => this.#process?.signal("SIGKILL"), graceMs);
  }

  /** A process is ended for certain, so none stays that would have to be kept away from a processor. */
  demote(): number {
    return 0;
  }

  lastWords(): string {
    if (!this.exited) return "";
    return this.#lastWords ??= this.#readLastWords();
  }

  #readLastWords(): string {
    try {
      const text = Deno.readTextFileSync(this.#options.folder.errorsOf(this.#seat));
      return text.slice(0, lastWordsBytes).trim();
    } catch {
      return "";
    }
  }
}
