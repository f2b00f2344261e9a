/**
 * Patches by name or from a file. A file is somebody's program: it is evaluated in a child process without permissions
 * beyond reading itself and the modules, within limits of time and memory, and what crosses is data that is checked. So a
 * patch that loops for ever, throws, eats memory or returns nonsense is an error message, and what plays plays on.
 */
import type { PatchFormat } from "../modules/compiled_patch.ts";
import { PatchInvalid } from "../modules/signal/flatten.ts";
import type { PatchGraph } from "../modules/signal/graph.ts";
import { graphFromJson } from "../modules/signal/validate.ts";
import { patchNamed } from "./catalogue.ts";
import type { Evaluation } from "./evaluate_child.ts";

/** Evaluating a patch takes some 100 ms; one that takes this long does not end. */
const timeLimitMs = 10_000;

/** Memory of the child in MiB: its heap, and all of its data. The runtime itself needs about 60. */
const heapLimitMiB = 256;
const dataLimitMiB = 1_024;

/** Largest answer; a patch of a thousand modules has some 4 MB. */
const answerLimitBytes = 64 * 1024 * 1024;

/** Limits that a test may tighten. */
export interface LoadLimits {
  readonly timeLimitMs?: number;
}

/** Whether a patch is named by its file. */
export function isPatchFile(nameOrFile: string): boolean {
  return /[/\\]|\.[cm]?[jt]s$/.test(nameOrFile);
}

/** The graph of a patch for an output format. Throws `PatchUnknown` or {@link PatchInvalid}, which say what to mend. */
export async function loadPatch(
  nameOrFile: string,
  format: PatchFormat,
  limits: LoadLimits = {},
): Promise<PatchGraph> {
  if (!isPatchFile(nameOrFile)) return patchNamed(nameOrFile).build(format);
  let path: string;
  try {
    path = await Deno.realPath(nameOrFile);
  } catch (cause) {
    throw new PatchInvalid(`cannot read the patch file ${nameOrFile}: ${(cause as Error).message}`, {
      cause,
    });
  }
  const evaluation = await evaluateApart(path, format, limits.timeLimitMs ?? timeLimitMs)
    .catch((error) => {
      throw error instanceof PatchInvalid ? new PatchInvalid(`${nameOrFile}: ${error.message}`) : error;
    });
  if (evaluation.error !== undefined) throw new PatchInvalid(`${nameOrFile}: ${evaluation.error}`);
  try {
    return graphFromJson(evaluation.graph ?? "");
  } catch (error) {
    throw new PatchInvalid(`${nameOrFile}: ${(error as Error).message}`);
  }
}

/** Runs the child process and reads its answer. */
async function evaluateApart(path: string, format: PatchFormat, limitMs: number): Promise<Evaluation> {
  if (Deno.build.standalone) {
    throw new PatchInvalid(
      "patch files need the sources of Understudy and Deno; the binary plays its own patches by name",
    );
  }
  const modules = new URL("../modules/", import.meta.url);
  const child = new URL("./evaluate_child.ts", import.meta.url);
  const nodeModules = new URL("../node_modules/", import.meta.url);
  const fileUrl = new URL(`file://${path.split("/").map(encodeURIComponent).join("/")}`);
  const process = new Deno.Command("sh", {
    args: [
      "-c",
      `ulimit -c 0; ulimit -d ${dataLimitMiB * 1024} 2>/dev/null; exec "$@"`,
      "sh",
      Deno.execPath(),
      "run",
      "--quiet",
      "--no-prompt",
      "--no-remote",
      "--no-lock",
      "--cached-only",
      `--config=${new URL("../deno.json", import.meta.url).pathname}`,
      `--allow-read=${path},${modules.pathname},${nodeModules.pathname}`,
      `--v8-flags=--max-old-space-size=${heapLimitMiB}`,
      child.href,
      fileUrl.href,
      JSON.stringify(format),
    ],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    env: { NO_COLOR: "1" },
  }).spawn();
  const timer = setTimeout(() => kill(process), limitMs);
  let late = false;
  const tooLate = setTimeout(() => late = true, limitMs);
  try {
    const [answer, complaint, { success, signal }] = await Promise.all([
      readLimited(process.stdout, answerLimitBytes, () => kill(process)),
      readLimited(process.stderr, 65_536, () => {}),
      process.status,
    ]);
    if (late) throw new PatchInvalid(`was not done after ${limitMs / 1_000} s: does it loop for ever?`);
    if (!success && /out of memory|allocation failed|array buffer/i.test(complaint)) {
      throw new PatchInvalid(`needed more than ${heapLimitMiB} MiB of memory: does it allocate without end?`);
    }
    if (!success) {
      const reason = complaint.trim().split("\n").find((line) => /error/i.test(line)) ??
        complaint.trim().slice(0, 300);
      throw new PatchInvalid(`could not be evaluated (${signal ?? "ended early"}): ${reason}`);
    }
    return readEvaluation(answer);
  } finally {
    clearTimeout(timer);
    clearTimeout(tooLate);
  }
}

function readEvaluation(answer: string): Evaluation {
  const nonsense = new PatchInvalid("returned nonsense instead of a patch");
  try {
    const evaluation = JSON.parse(answer) as Evaluation;
    if (typeof evaluation?.graph === "string" || typeof evaluation?.error === "string") return evaluation;
  } catch {
    throw nonsense;
  }
  throw nonsense;
}

function kill(process: Deno.ChildProcess): void {
  try {
    process.kill("SIGKILL");
  } catch {
    // it has ended by itself
  }
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
