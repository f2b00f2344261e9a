/** Variables by which the runtime finds its cache of packages and transpiled files; nothing else of the environment is passed. */
const environmentNames = ["HOME", "XDG_CACHE_HOME", "DENO_DIR"];

/** What a process may take that works on files of strangers. */
export interface Confinement {
  readonly maxDataMiB: number;
  /** Processor time of all threads together. */
  readonly maxProcessorSeconds: number;
  /** Omitted: that of the thread that starts it. */
  readonly niceness?: number;
  /** Whether it may make files grow. */
  readonly mayWriteFiles: boolean;
  readonly stdin: "null" | "piped";
}

/**
 * A program that the system holds within limits, also when this process is stopped, and ends with this process. It has no core
 * file and no environment. Its standard output and error are pipes.
 *
 * `setpriv` is a part of util-linux; where it is missing, only the limit of processor time ends an orphan. A process whose
 * parent died before the system knew that it should die too finds another parent, and ends.
 */
export function confinedCommand(
  program: readonly string[],
  { maxDataMiB, maxProcessorSeconds, niceness, mayWriteFiles, stdin }: Confinement,
): Deno.Command {
  const limits = ["-c 0", `-d ${maxDataMiB * 1_024}`, `-t ${maxProcessorSeconds}`];
  const script = [
    // a write beyond `-f 0` fails; the signal for it would end the process
    ...(mayWriteFiles ? [] : ["trap '' XFSZ", "ulimit -f 0 2>/dev/null"]),
    ...limits.map((limit) => `ulimit ${limit} 2>/dev/null`),
    ...(niceness === undefined ? [] : [`renice ${niceness} $$ >/dev/null 2>&1`]),
    `setpriv --pdeathsig KILL true 2>/dev/null && set -- setpriv --pdeathsig KILL /bin/sh -c '${orphanEnds}' "$@"`,
    'exec "$@"',
  ].join("; ");
  return new Deno.Command("/bin/sh", {
    args: ["-c", script, "sh", ...program],
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
  });
}

/** The program stands in `$0` and behind it. */
const orphanEnds = `[ $PPID = ${Deno.pid} ] || exit 1; exec "$0" "$@"`;

/** Ends a process that was started from such a command, whatever it does. */
export function endConfined(process: Deno.ChildProcess): void {
  try {
    process.kill("SIGKILL");
  } catch {
    // it has ended already
  }
}
