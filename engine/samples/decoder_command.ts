import { fileURLToPath } from "node:url";

/** First argument by which a compiled binary starts as the process that decodes sound files. */
export const decoderRole = "sample-decoder";

/**
 * Memory of the process in MiB: its heap, and all of its data. The longest file takes half a gigabyte once it is decoded, and
 * as much again while its blocks are put together.
 */
const maxHeapMiB = 512;
const maxDataMiB = 2_048;

/** Plain: the priority of the engine is not for it. */
const niceness = 0;

/** Variables by which the runtime finds its cache of packages; nothing else of the environment reaches the process. */
const environmentNames = ["HOME", "XDG_CACHE_HOME", "DENO_DIR"];

/**
 * How the process that decodes sound files is started: it may read their folder, and nothing else. The system holds it within
 * limits, also when this process is stopped, and ends it with this process (`setpriv` is a part of util-linux; where it is
 * missing, the limit of processor time ends an orphan). A compiled binary starts itself in a role of its own.
 *
 * @param folder with the files, as a real path
 * @param maxProcessorSeconds of all its threads together
 */
export function decoderCommand(folder: string, maxProcessorSeconds: number): Deno.Command {
  const limits = ["-c 0", `-d ${maxDataMiB * 1024}`, `-t ${maxProcessorSeconds}`];
  const confine = [
    ...limits.map((limit) => `ulimit ${limit} 2>/dev/null`),
    `renice ${niceness} $$ >/dev/null 2>&1`,
    'setpriv --pdeathsig KILL true 2>/dev/null && set -- setpriv --pdeathsig KILL "$@"',
    'exec "$@"',
  ];
  return new Deno.Command("/bin/sh", {
    args: ["-c", confine.join("; "), "sh", Deno.execPath(), ...programArgs(folder)],
    clearEnv: true,
    env: {
      NO_COLOR: "1",
      ...Object.fromEntries(environmentNames.flatMap((name) => {
        const value = Deno.env.get(name);
        return value === undefined ? [] : [[name, value]];
      })),
    },
    cwd: "/",
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  });
}

function programArgs(folder: string): readonly string[] {
  if (Deno.build.standalone) return [decoderRole];
  return [
    "run",
    ...["--quiet", "--no-prompt", "--no-remote", "--no-lock", "--cached-only", "--no-check"],
    `--config=${fileURLToPath(new URL("../../deno.json", import.meta.url))}`,
    `--v8-flags=--max-old-space-size=${maxHeapMiB}`,
    // commas divide paths there
    folder.includes(",") ? "--allow-read" : `--allow-read=${folder}`,
    new URL("./decode_child.ts", import.meta.url).href,
  ];
}
