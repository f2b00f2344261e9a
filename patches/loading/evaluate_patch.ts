/**
 * Patches from files. A file is a program of unknown origin: a child process evaluates it, may read only the file and the
 * sources that patches are made of, and has limits of time and memory. What it returns is data, which is checked. So a patch
 * that loops, throws, exhausts memory or returns nonsense is an error message, and the patch that plays plays on.
 */
import { basename } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { PatchFormat } from "../../compiler/graph/compiled_patch.ts";
import { planArena } from "../../compiler/plan/arena.ts";
import { PatchError } from "../../compiler/graph/patch_error.ts";
import type { PatchGraph } from "../../compiler/graph/graph.ts";
import { graphFromJson } from "../../compiler/graph/validate.ts";
import type { Evaluation } from "./evaluate_child.ts";

/** Longest evaluation. A patch takes about 60 ms; one that takes this long does not end. */
const timeLimitMs = 10_000;

/** Memory of the child in MiB: its heap, and all of its data. The runtime alone needs about 60. */
const heapLimitMiB = 256;
const dataLimitMiB = 1_024;

/** Largest graph that is read; a patch of a thousand modules has about 4 MB. */
const answerLimitMiB = 32;

/** Bytes of a patch's own output that are shown. */
const printLimitBytes = 65_536;

/** Characters of an error message that are shown; a patch can throw a longer one. */
const errorLimit = 500;

/** Variables by which the child finds its cache of transpiled files; no other part of the environment reaches it. */
const environmentNames = ["HOME", "XDG_CACHE_HOME", "DENO_DIR"];

/** Single files that the sources of patches import from other rooms. */
const sharedFiles = ["foundation/exit_codes.ts", "foundation/exit_error.ts", "foundation/nearest.ts"];

/** What the child may read besides the patch file: folders and single files, as absolute paths. */
const readableSources: readonly string[] = ["modules/", "compiler/graph/", ...sharedFiles]
  .map((path) => fileURLToPath(new URL(`../../${path}`, import.meta.url)));

export interface EvaluateOptions {
  /** Longest time for evaluating the file, in milliseconds. */
  readonly timeLimitMs?: number;
  /** Receives what the file prints while it is evaluated: its author's debugging. */
  readonly onPrint?: (text: string) => void;
  /** Ends the evaluation; the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/**
 * Evaluates a patch file and returns its graph for an output format.
 *
 * @throws {PatchError} one line that says what is wrong with the file, and in which line of it where that is known
 */
export async function evaluatePatch(
  file: string,
  format: PatchFormat,
  options: EvaluateOptions = {},
): Promise<PatchGraph> {
  const path = await patchPath(file);
  try {
    const evaluation = await evaluateApart(path, format, options);
    if (evaluation.error !== undefined) throw new PatchError(evaluation.error);
    const graph = graphFromJson(evaluation.graph!);
    planArena(graph, format); // throws when its state would not fit into memory
    return graph;
  } catch (cause) {
    if (!(cause instanceof PatchError)) throw cause;
    const text = plain(cause.message);
    // a text that begins with a line number of the file names the file already
    const named = text.startsWith(`${basename(file)}:`);
    throw new PatchError(named ? text : `${file}: ${text}`, { cause });
  }
}

async function patchPath(file: string): Promise<string> {
  let path: string;
  try {
    path = await Deno.realPath(file);
  } catch (cause) {
    if (cause instanceof Deno.errors.NotFound) {
      throw new PatchError(`there is no patch file ${file}`, { cause });
    }
    throw new PatchError(`cannot read the patch file ${file}: ${(cause as Error).message}`, {
      cause,
    });
  }
  const { isFile, isDirectory } = await Deno.stat(path);
  if (!isFile) {
    throw new PatchError(
      `${file}: expected a patch file, found ${isDirectory ? "a folder" : "something else"}`,
    );
  }
  // commas separate the paths of --allow-read, and cannot be escaped there
  if (path.includes(",")) throw new PatchError(`${path}: a path with a comma cannot be read; rename it`);
  return path;
}

/** The text on one line, without control characters. */
function plain(text: string): string {
  const line = text.slice(0, errorLimit * 2).replaceAll(/[\p{Cc}\s]+/gu, " ").trim();
  return line.length > errorLimit ? `${line.slice(0, errorLimit)} ...` : line;
}

/** Runs the child process and reads its answer. */
async function evaluateApart(
  path: string,
  format: PatchFormat,
  options: EvaluateOptions,
): Promise<Evaluation> {
  const { signal: abortion, onPrint } = options;
  abortion?.throwIfAborted();
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
    () => stop(`was not done after ${limitMs / 1_000} s: does it loop, or wait without end?`),
    limitMs,
  );
  const abort = () => kill(process);
  abortion?.addEventListener("abort", abort);
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
    abortion?.throwIfAborted();
    if (stopped !== undefined) throw new PatchError(stopped);
    if (success) {
      if (complaint !== "") onPrint?.(printable(complaint));
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
    abortion?.removeEventListener("abort", abort);
  }
}

/**
 * Starts the child: no network, no packages, no environment, no core file, and limits that the system enforces even when this
 * process is killed. The priority of the engine is not for it.
 */
function spawn(path: string, format: PatchFormat, limitMs: number): Deno.ChildProcess {
  // -t: seconds of processor time of all threads together
  const limits = ["-c 0", `-d ${dataLimitMiB * 1024}`, `-t ${Math.ceil(limitMs / 1_000) * 4}`];
  return new Deno.Command("/bin/sh", {
    args: [
      "-c",
      limits.map((limit) => `ulimit ${limit} 2>/dev/null; `).join("") +
      `renice 0 $$ >/dev/null 2>&1; exec "$@"`,
      "sh",
      Deno.execPath(),
      "run",
      ...["--quiet", "--no-prompt", "--no-remote", "--no-npm", "--no-lock", "--cached-only"],
      `--config=${fileURLToPath(new URL("../../deno.json", import.meta.url))}`,
      `--allow-read=${[path, ...readableSources].join(",")}`,
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

/** Reads the last line of the output, which is the child's; the patch wrote the lines before it. */
function readEvaluation(answer: string): Evaluation {
  try {
    const evaluation = JSON.parse(answer.slice(answer.trimEnd().lastIndexOf("\n") + 1)) as Evaluation;
    if (typeof evaluation?.graph === "string" || typeof evaluation?.error === "string") return evaluation;
  } catch {
    // the error below says so
  }
  throw new PatchError("ended by itself before it gave a patch, or gave nonsense instead");
}

function kill(process: Deno.ChildProcess): void {
  try {
    process.kill("SIGKILL");
  } catch {
    // it has ended already
  }
}

/** The output of a patch without control characters, except tabs and line ends. */
function printable(text: string): string {
  return text.replaceAll(/[^\P{Cc}\n\t]/gu, "").trimEnd();
}

/** Reads a stream as text up to a limit and drops the rest. */
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
