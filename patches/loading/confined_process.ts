/**
 * A process of the runtime that the system holds within limits, also when this process is stopped or killed: it writes no file,
 * has no core file, no environment and no network, and ends with the process that started it. Main isolate.
 */
import { fileURLToPath } from "node:url";

/** Variables by which the runtime finds its cache of packages and transpiled files; nothing else of the environment reaches it. */
const environmentNames = ["HOME", "XDG_CACHE_HOME", "DENO_DIR"];

/** All data of the process in MiB. The runtime alone needs about 60. */
const maxDataMiB = 1_024;

/** Niceness of a process while the engine plays, the lowest that there is; and while nothing plays yet. */
const niceness = { playing: 19, starting: 0 } as const;

export interface Confinement {
  readonly module: URL;
  readonly args: readonly string[];
  /** Flags of the runtime: its permissions, none by default. */
  readonly flags: readonly string[];
  /** Heap of the script in MiB. */
  readonly maxHeapMiB: number;
  /** Processor time of all threads together, in seconds. */
  readonly maxProcessorSeconds: number;
  /** Whether sound depends on the processor meanwhile: then the process gets only what nothing else takes. */
  readonly isPlaying: boolean;
  readonly stdin: "null" | "piped";
}

/**
 * What the shell does before it becomes the runtime. A file may not grow (`-f 0`): the write fails, and the signal for it, which
 * would end the process, is ignored. `setpriv` is a part of util-linux; where it is missing, only the limits end an orphan.
 */
const confine = (limits: readonly string[], nice: number) =>
  [
    "trap '' XFSZ",
    ...limits.map((limit) => `ulimit ${limit} 2>/dev/null`),
    `renice ${nice} $$ >/dev/null 2>&1`,
    'setpriv --pdeathsig KILL true 2>/dev/null && set -- setpriv --pdeathsig KILL "$@"',
    'exec "$@"',
  ].join("; ");

/** Starts the process. Its standard output and error are pipes that have to be read to their ends. */
export function startConfined(options: Confinement): Deno.ChildProcess {
  const { module, args, flags, maxHeapMiB, maxProcessorSeconds, isPlaying, stdin } = options;
  const limits = ["-c 0", "-f 0", `-d ${maxDataMiB * 1024}`, `-t ${maxProcessorSeconds}`];
  return new Deno.Command("/bin/sh", {
    args: [
      "-c",
      confine(limits, isPlaying ? niceness.playing : niceness.starting),
      "sh",
      Deno.execPath(),
      "run",
      ...["--quiet", "--no-prompt", "--no-remote", "--cached-only", "--no-code-cache"],
      `--config=${fileURLToPath(new URL("../../deno.json", import.meta.url))}`,
      `--v8-flags=--max-old-space-size=${maxHeapMiB}`,
      ...flags,
      module.href,
      ...args,
    ],
    clearEnv: true,
    env: {
      NO_COLOR: "1",
      ...Object.fromEntries(environmentNames.flatMap((name) => {
        const value = Deno.env.get(name);
        return value === undefined ? [] : [[name, value]];
      })),
    },
    cwd: "/",
    stdin,
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

/** Ends a process that was started here, whatever it does. */
export function endConfined(process: Deno.ChildProcess): void {
  try {
    process.kill("SIGKILL");
  } catch {
    // it has ended already
  }
}
