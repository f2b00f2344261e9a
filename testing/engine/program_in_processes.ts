import { ControlPhase, fixed } from "../../engine/memory/layout.ts";
import { type Role, roles } from "../../engine/control/control.ts";
import { reportFieldIndex } from "../../engine/memory/seats.ts";
import type { SharedMemory } from "../../engine/memory/shared_memory.ts";
import { type RunFolder, runFolderAt } from "../../engine/run/run_folder.ts";
import { readRendererProcessStart } from "../../engine/run/renderer_process_start.ts";
import { attachRunMemory } from "../../engine/run/run_memory.ts";
import { ProcessHandle } from "../../ffi/process_handle.ts";
import { nativeForTests } from "../native_for_tests.ts";
import { until } from "../until.ts";

/** A process of the program. */
export type ProgramPart = "control" | "stage" | Role;

const cacheDirectory = new URL("../../build/native-tests", import.meta.url).pathname;
const ownMain = `${new URL("../../", import.meta.url).pathname}main.ts`;

/** How the program is started. */
export interface ProgramOptions {
  readonly patch: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** Entry of the program, by default that of this checkout. */
  readonly main?: string;
}

/** The program as a user starts it, in processes, on ports of its own; its memory is mapped here, to see what it does. */
export class ProgramInProcesses {
  readonly memory: SharedMemory;
  readonly folder: RunFolder;
  readonly port: number;
  readonly #child: Deno.ChildProcess;
  readonly #output: Output;

  private constructor(
    child: Deno.ChildProcess,
    parts: Pick<ProgramInProcesses, "memory" | "folder" | "port"> & { output: Output },
  ) {
    this.#child = child;
    this.#output = parts.output;
    this.memory = parts.memory;
    this.folder = parts.folder;
    this.port = parts.port;
  }

  /** Starts it; resolves when it answers OSC. */
  static async start(options: ProgramOptions): Promise<ProgramInProcesses> {
    const { native } = await nativeForTests();
    const port = freePort();
    const { child, output } = spawn(options, port);
    let ended = false;
    child.status.then(() => ended = true);
    try {
      await until("the program is ready", () => ended || output.text.includes("ready: OSC"));
      const path = [...Deno.readDirSync(parent())].map(({ name }) => `${parent()}/${name}`)
        .find((path) => path.includes(`/understudy-run-${child.pid}-`));
      if (path === undefined) throw new Error(`no run folder:\n${output.text}`);
      const folder = runFolderAt(path);
      const { memoryBytes } = readRendererProcessStart(folder.rendererStart);
      const memory = attachRunMemory(native, folder, memoryBytes);
      return new ProgramInProcesses(child, { memory, folder, port, output });
    } catch (error) {
      if (!ended) child.kill("SIGTERM");
      throw error;
    }
  }

  /** Starts it where it cannot start; returns how it ended. */
  static async fail(options: ProgramOptions): Promise<{ readonly code: number; readonly output: string }> {
    const { child, output } = spawn(options, freePort());
    const { code } = await child.status;
    await output.finished;
    return { code, output: output.text };
  }

  /** Starts it and does not wait until it is ready. */
  static unready(options: ProgramOptions): Deno.ChildProcess {
    return spawn(options, freePort()).child;
  }

  /** Resolves when the launcher has ended. */
  get ended(): Promise<unknown> {
    return this.#child.status;
  }

  /** The launcher: the process that was started. */
  get pid(): number {
    return this.#child.pid;
  }

  /** What it printed, log lines and all. */
  get output(): string {
    return this.#output.text;
  }

  /** Id of a process; undefined where no renderer holds that role. */
  pidOf(part: ProgramPart): number | undefined {
    const { words } = this.memory;
    if (part === "control") return Atomics.load(words, fixed.controlProcess.pid.index);
    if (part === "stage") return Atomics.load(words, fixed.stageReport.pid.index);
    const ring = Atomics.load(words, fixed.control.roleRing.index + roles.indexOf(part));
    return ring === 0 ? undefined : words[reportFieldIndex(this.memory, ring - 1, "threadId")];
  }

  /** Sends a signal to one of its processes. Returns whether there was one. */
  async signal(part: ProgramPart, signal: Deno.Signal): Promise<boolean> {
    const { native } = await nativeForTests();
    const pid = this.pidOf(part);
    const handle = ProcessHandle.open(native, pid ?? 0);
    if (pid === undefined || !handle) return false;
    handle.close();
    Deno.kill(pid, signal);
    return true;
  }

  /** Number of the control process that gives the orders, once it has taken over. */
  get epochInControl(): number | undefined {
    const { words } = this.memory;
    const { epoch, phase } = fixed.controlProcess;
    return Atomics.load(words, phase.index) === ControlPhase.running &&
        Atomics.load(words, epoch.index) === Atomics.load(words, fixed.launcher.epoch.index)
      ? Atomics.load(words, epoch.index)
      : undefined;
  }

  /** The control process that gives the orders answers OSC. */
  get isListening(): boolean {
    return this.epochInControl !== undefined &&
      this.output.lastIndexOf("ready: OSC") > this.output.lastIndexOf("this one has taken over");
  }

  /** Ends it as a user does. Returns its exit code. */
  async stop(): Promise<number> {
    this.#child.kill("SIGTERM");
    return (await this.#child.status).code;
  }

  /** Files of the run, and processes that were started for it, that are still there. */
  leftovers(): string[] {
    const name = this.folder.path.slice(this.folder.path.lastIndexOf("/") + 1);
    const files = [parent(), "/dev/shm"].flatMap((folder) =>
      [...Deno.readDirSync(folder)].filter((entry) => entry.name.startsWith(name))
        .map((entry) => `${folder}/${entry.name}`)
    );
    return [...files, ...processesWith(name)];
  }
}

/** Command lines of processes that name something. */
export function processesWith(name: string): string[] {
  return [...Deno.readDirSync("/proc")].filter((entry) => /^\d+$/.test(entry.name)).flatMap((entry) => {
    try {
      const command = Deno.readTextFileSync(`/proc/${entry.name}/cmdline`).replaceAll("\0", " ");
      return command.includes(name) ? [`${entry.name} ${command}`] : [];
    } catch {
      return []; // it has just ended
    }
  });
}

function parent(): string {
  return Deno.env.get("XDG_RUNTIME_DIR") ?? Deno.env.get("TMPDIR") ?? "/tmp";
}

interface Output {
  text: string;
  finished: Promise<void>;
}

function spawn({ patch, environment = {}, main = ownMain }: ProgramOptions, port: number) {
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--no-check",
      ...["env", "ffi", "read", "write", "run", "net", "sys"].map((name) => `--allow-${name}`),
      ...[main, "start", patch],
    ],
    env: {
      UNDERSTUDY_ISOLATION: "processes",
      UNDERSTUDY_DRIVER: "clock",
      UNDERSTUDY_CACHE_DIR: cacheDirectory,
      UNDERSTUDY_OSC_PORT: String(port),
      UNDERSTUDY_OSCQUERY_PORT: "0",
      UNDERSTUDY_MIDI: "off",
      UNDERSTUDY_MDNS: "off",
      ...environment,
    },
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const output: Output = { text: "", finished: Promise.resolve() };
  output.finished = collect(child.stderr, output);
  return { child, output };
}

function freePort(): number {
  const socket = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
  const { port } = socket.addr as Deno.NetAddr;
  socket.close();
  return port;
}

async function collect(stream: ReadableStream<Uint8Array<ArrayBuffer>>, output: Output): Promise<void> {
  for await (const text of stream.pipeThrough(new TextDecoderStream())) output.text += text;
}
