/**
 * Patches by name or from a file. A file is somebody's program: it is evaluated in a child process without permissions
 * beyond reading itself and the modules, within limits of time and memory, and what crosses is data that is checked. So a
 * patch that loops for ever, throws, eats memory or returns nonsense is an error message, and what plays plays on.
 */
import { basename } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { PatchFormat } from "../../compiler/graph/compiled_patch.ts";
import { planArena } from "../../compiler/plan/arena.ts";
import { PatchError } from "../../compiler/graph/patch_error.ts";
import type { PatchGraph } from "../../compiler/graph/graph.ts";
import { graphFromJson } from "../../compiler/graph/validate.ts";
import { patchNamed } from "../ready/catalogue.ts";
import type { Evaluation } from "./evaluate_child.ts";
import { isPatchFile } from "./patch_name.ts";

/** Evaluating a patch takes some 60 ms; one that takes this long does not end. */
const timeLimitMs = 10_000;

/** Memory of the child in MiB: its heap, and all of its data. The runtime itself needs about 60. */
const heapLimitMiB = 256;
const dataLimitMiB = 1_024;

/** Largest answer; a patch of a thousand modules has some 4 MB. */
const answerLimitMiB = 32;

/** What is shown of that which a patch prints. */
const printLimitBytes = 65_536;

/** Longest error text; a patch can throw a book. */
const errorLimit = 500;

/** What the child's runtime needs to find its cache of transpiled files; nothing else of the environment reaches it. */
const environmentNames = ["HOME", "XDG_CACHE_HOME", "DENO_DIR"];

export interface LoadOptions {
  /** Time for evaluating a file, in milliseconds. */
  readonly timeLimitMs?: number;
  /** Told what a patch file prints while it is evaluated: its author's debugging. */
  readonly onPrint?: (text: string) => void;
}

/** The graph of a patch for an output format. Throws `PatchUnknownError` or {@link PatchError}, which say what to mend. */
export async function loadPatch(
  nameOrFile: string,
  format: PatchFormat,
  options: LoadOptions = {},
): Promise<PatchGraph> {
  if (!isPatchFile(nameOrFile)) return patchNamed(nameOrFile).build(format);
  const path = await patchPath(nameOrFile);
  try {
    const evaluation = await evaluateApart(path, format, options);
    if (evaluation.error !== undefined) throw new PatchError(evaluation.error);
    const graph = graphFromJson(evaluation.graph!);
    planArena(graph, format); // that it fits into memory
    return graph;
  } catch (cause) {
    if (!(cause instanceof PatchError)) throw cause;
    const text = plain(cause.message);
    // a text that begins with the line of the file names the file
    const named = text.startsWith(`${basename(nameOrFile)}:`);
    throw new PatchError(named ? text : `${nameOrFile}: ${text}`, { cause });
  }
}

async function patchPath(nameOrFile: string): Promise<string> {
  let path: string;
  try {
    path = await Deno.realPath(nameOrFile);
  } catch (cause) {
    if (cause instanceof Deno.errors.NotFound) {
      throw new PatchError(`there is no patch file ${nameOrFile}`, { cause });
    }
    throw new PatchError(`cannot read the patch file ${nameOrFile}: ${(cause as Error).message}`, {
      cause,
    });
  }
  const { isFile, isDirectory } = await Deno.stat(path);
  if (!isFile) {
    throw new PatchError(
      `${nameOrFile}: expected a patch file, found ${isDirectory ? "a folder" : "something else"}`,
    );
  }
  // Deno's list of what may be read is divided by commas, and knows no other way to write one
  if (path.includes(",")) throw new PatchError(`${path}: a path with a comma cannot be read; rename it`);
  return path;
}

/** On one line, without anything that would move a terminal's cursor. */
function plain(text: string): string {
  const line = text.slice(0, errorLimit * 2).replaceAll(/[\p{Cc}\s]+/gu, " ").trim();
  return line.length > errorLimit ? `${line.slice(0, errorLimit)} ...` : line;
}

/** Runs the child process and reads its answer. */
async function evaluateApart(path: string, format: PatchFormat, options: LoadOptions): Promise<Evaluation> {
  if (Deno.build.standalone) {
    throw new PatchError(
      "patch files need the sources of Understudy and Deno; the binary plays its own patches by name",
    );
  }
  const limitMs = options.timeLimitMs ?? timeLimitMs;
  const process = spawn(path, format, limitMs);
  let stopped: string | undefined;
  const stop = (reason: string) => {
    stopped ??= reason;
    kill(process);
  };
  const timer = setTimeout(
    () => stop(`was not done after ${limitMs / 1_000} s: does it loop or wait for ever?`),
    limitMs,
  );
  try {
    const [answer, complaint, { success, signal, code }] = await Promise.all([
      readLimited(
        process.stdout,
        answerLimitMiB * 2 ** 20,
        () => stop(`gave more than ${answerLimitMiB} MiB instead of a patch`),
      ),
      readLimited(process.stderr, printLimitBytes, () => {}),
      process.status,
    ]);
    if (stopped !== undefined) throw new PatchError(stopped);
    if (success) {
      if (complaint !== "") options.onPrint?.(printable(complaint));
      return readEvaluation(answer);
    }
    if (/out of memory|memory allocation|allocation failed/i.test(complaint)) {
      throw new PatchError(
        "needed more memory than a patch file gets: does it allocate without end?",
      );
    }
    if (/top-level await promise never resolved/i.test(complaint)) {
      throw new PatchError("waits at its top level for something that never comes");
    }
    const reason = complaint.split("\n").find((line) => /error/i.test(line)) ?? "";
    throw new PatchError(
      `ended by itself (${signal ?? `exit code ${code}`}) before it gave a patch${reason && `: ${reason}`}`,
    );
  } finally {
    clearTimeout(timer);
  }
}

/** Starts the child: no network, no packages, no environment, no core file, and limits that hold if we are killed. */
function spawn(path: string, format: PatchFormat, limitMs: number): Deno.ChildProcess {
  const readable = [
    path,
    ...["../../modules/", "../../compiler/graph/"].map((folder) =>
      fileURLToPath(new URL(folder, import.meta.url))
    ),
  ];
  // -t: seconds of all threads together
  const limits = ["-c 0", `-d ${dataLimitMiB * 1024}`, `-t ${Math.ceil(limitMs / 1_000) * 4}`];
  return new Deno.Command("/bin/sh", {
    args: [
      "-c",
      limits.map((limit) => `ulimit ${limit} 2>/dev/null; `).join("") + `exec "$@"`,
      "sh",
      Deno.execPath(),
      "run",
      ...["--quiet", "--no-prompt", "--no-remote", "--no-npm", "--no-lock", "--cached-only"],
      `--config=${fileURLToPath(new URL("../../deno.json", import.meta.url))}`,
      `--allow-read=${readable.join(",")}`,
      `--v8-flags=--max-old-space-size=${heapLimitMiB}`,
      new URL("./evaluate_child.ts", import.meta.url).href,
      pathToFileURL(path).href,
      JSON.stringify(format),
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
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

/** The last line is the child's; what stands before it the patch has written. */
function readEvaluation(answer: string): Evaluation {
  try {
    const evaluation = JSON.parse(answer.slice(answer.trimEnd().lastIndexOf("\n") + 1)) as Evaluation;
    if (typeof evaluation?.graph === "string" || typeof evaluation?.error === "string") return evaluation;
  } catch {
    // said below
  }
  throw new PatchError("ended by itself before it gave a patch, or gave nonsense instead");
}

function kill(process: Deno.ChildProcess): void {
  try {
    process.kill("SIGKILL");
  } catch {
    // it has ended by itself
  }
}

/** What a patch printed, without anything that would move a terminal's cursor. */
function printable(text: string): string {
  return text.replaceAll(/[^\P{Cc}\n\t]/gu, "").trimEnd();
}

/** Reads a stream as text up to a limit; the rest is thrown away. */
async function readLimited(
  stream: ReadableStream<Uint8Array>,
  limitBytes: number,
  onOverflow: () => void,
): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  for await (const chunk of stream) {
    bytes += chunk.length;
    if (bytes <= limitBytes) text += decoder.decode(chunk, { stream: true });
    else onOverflow();
  }
  return text;
}
