/**
 * Patches from files. A file is a program of unknown origin: a child process evaluates it, may read only the file and the
 * sources that patches are made of, and has limits of time and memory. A second process checks the data that it returns, and may
 * fall as well; this one passes bytes on and reads a name. So a patch that loops, throws, exhausts memory or returns nonsense is
 * an error message, and the patch that plays plays on.
 */
import { joinBytes } from "../../foundation/join_bytes.ts";
import { basename } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { CheckedGraph } from "../../compiler/graph/checked_graph.ts";
import type { PatchFormat } from "../../compiler/graph/compiled_patch.ts";
import { PatchError } from "../../compiler/graph/patch_error.ts";
import type { Verdict } from "./check_child.ts";
import { endConfined } from "../../foundation/confined_command.ts";
import { startConfined } from "./confined_process.ts";

/** Longest evaluation. A patch takes about 60 ms; one that takes this long does not end. */
const timeLimitMs = 10_000;

/** Heaps of the processes that evaluate and check, in MiB. */
const evaluationHeapMiB = 256;
const checkHeapMiB = 512;

/** Largest answer of an evaluation: as many operations and numbers in tables as a patch may have, in JSON. */
const maxAnswerMiB = 32;

/** Largest checked graph; its numbers take less than half of their JSON. */
const maxGraphMiB = 32;

/** Bytes of a patch's own output that are shown. */
const maxPrintedBytes = 65_536;

/** Characters of an error message that are shown; a patch can throw a longer one. */
const maxErrorLength = 500;

/** Single files that the sources of patches import from other rooms. */
const sharedFiles = ["foundation/exit_codes.ts", "foundation/exit_error.ts", "foundation/nearest.ts"];

/** What the evaluation may read besides the patch file: folders and single files, as absolute paths. */
const readableSources: readonly string[] = ["modules/", "compiler/graph/", ...sharedFiles]
  .map((path) => fileURLToPath(new URL(`../../${path}`, import.meta.url)));

export interface EvaluateOptions {
  /** Longest time for evaluating the file, in milliseconds. */
  readonly timeLimitMs?: number;
  /** Receives what the file prints while it is evaluated: its author's debugging. */
  readonly onPrint?: (text: string) => void;
  /** Ends the evaluation; the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Whether something plays, whose processor time is not for a patch that comes later. */
  readonly isPlaying?: boolean;
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
): Promise<CheckedGraph> {
  const path = await patchPath(file);
  try {
    return await evaluateApart(path, format, options);
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
  const line = text.slice(0, maxErrorLength * 2).replaceAll(/[\p{Cc}\s]+/gu, " ").trim();
  return line.length > maxErrorLength ? `${line.slice(0, maxErrorLength)} ...` : line;
}

/** Runs both processes: what the first writes is the input of the second, whose answer is the graph. */
async function evaluateApart(
  path: string,
  format: PatchFormat,
  options: EvaluateOptions,
): Promise<CheckedGraph> {
  const { signal: abortion, onPrint } = options;
  abortion?.throwIfAborted();
  if (Deno.build.standalone) {
    throw new PatchError(
      "patch files need the sources of Understudy and Deno; the binary plays its own patches by name",
    );
  }
  const limitMs = options.timeLimitMs ?? timeLimitMs;
  const { evaluation, check } = startBoth(path, format, { limitMs, isPlaying: options.isPlaying ?? false });
  let stopped: string | undefined;
  const end = () => [evaluation, check].forEach(endConfined);
  const stop = (reason: string) => {
    stopped ??= reason;
    end();
  };
  const timer = setTimeout(
    () => stop(`was not done after ${limitMs / 1_000} s: does it loop, or wait without end?`),
    limitMs,
  );
  abortion?.addEventListener("abort", end);
  try {
    const onOverflow = () => stop(`gave more than ${maxAnswerMiB} MiB instead of a patch`);
    const [, answer, complaint, status, checkComplaint, checkStatus] = await Promise.all([
      passOn(evaluation, check, onOverflow),
      readLimited(check.stdout, maxGraphMiB * 2 ** 20),
      readText(evaluation.stderr),
      // a file that has failed has nothing to check
      evaluation.status.then((status) => {
        if (!status.success) endConfined(check);
        return status;
      }),
      readText(check.stderr),
      check.status,
    ]);
    abortion?.throwIfAborted();
    if (stopped !== undefined) throw new PatchError(stopped);
    if (!status.success) throw new PatchError(problemOf(complaint, status));
    if (complaint !== "") onPrint?.(printable(complaint));
    if (!checkStatus.success) throw new PatchError(checkProblemOf(checkComplaint));
    return readVerdict(answer);
  } finally {
    clearTimeout(timer);
    abortion?.removeEventListener("abort", end);
    end();
  }
}

/** Starts both at once, so that the second is ready when the first has its answer. */
function startBoth(
  path: string,
  format: PatchFormat,
  { limitMs, isPlaying }: { readonly limitMs: number; readonly isPlaying: boolean },
): { readonly evaluation: Deno.ChildProcess; readonly check: Deno.ChildProcess } {
  const formatJson = JSON.stringify(format);
  const shared = { isPlaying, maxProcessorSeconds: Math.ceil(limitMs / 1_000) * 4 };
  const evaluation = startConfined({
    ...shared,
    module: new URL("./evaluate_child.ts", import.meta.url),
    args: [pathToFileURL(path).href, formatJson],
    flags: ["--no-npm", "--no-lock", `--allow-read=${[path, ...readableSources].join(",")}`],
    maxHeapMiB: evaluationHeapMiB,
    stdin: "null",
  });
  const check = startConfined({
    ...shared,
    module: new URL("./check_child.ts", import.meta.url),
    args: [formatJson],
    flags: [`--lock=${fileURLToPath(new URL("../../play.lock", import.meta.url))}`, "--frozen"],
    maxHeapMiB: checkHeapMiB,
    stdin: "piped",
  });
  return { evaluation, check };
}

/** Passes the output of the first process on to the second, up to the limit; nothing here looks at it. */
async function passOn(
  { stdout }: Deno.ChildProcess,
  { stdin }: Deno.ChildProcess,
  onOverflow: () => void,
): Promise<void> {
  const writer = stdin.getWriter();
  let bytes = 0;
  // a process that has ended reads no more: its status says why
  const ignore = () => {};
  for await (const chunk of stdout) {
    bytes += chunk.length;
    if (bytes <= maxAnswerMiB * 2 ** 20) await writer.write(chunk).catch(ignore);
    else onOverflow();
  }
  await writer.close().catch(ignore);
}

/** Why an evaluation ended without an answer. */
function problemOf(complaint: string, { signal, code }: Deno.CommandStatus): string {
  if (/out of memory|memory allocation|allocation failed/i.test(complaint)) {
    return "needed more memory than a patch file gets: does it allocate without end?";
  }
  if (/top-level await promise never resolved/i.test(complaint)) {
    return "waits at its top level for something that never comes";
  }
  const reason = complaint.split("\n").find((line) => /error/i.test(line)) ?? "";
  return `ended by itself (${signal ?? `exit code ${code}`}) before it gave a patch${
    reason && `: ${reason}`
  }`;
}

/** Why the check has ended without a verdict: a module that is not there shows here too. */
function checkProblemOf(complaint: string): string {
  const reason = complaint.split("\n").find((line) => /^error/i.test(line));
  return reason === undefined || /memory/i.test(reason)
    ? "gave more than can be checked; is it a patch?"
    : `cannot be checked: ${printable(reason)}`;
}

/** Reads the line before the graph. The process that wrote it is our own. */
function readVerdict(answer: Uint8Array<ArrayBuffer>): CheckedGraph {
  const end = answer.indexOf(10);
  const verdict: Verdict = JSON.parse(new TextDecoder().decode(answer.subarray(0, end)));
  if ("error" in verdict) throw new PatchError(verdict.error);
  return { ...verdict, bytes: answer.slice(end + 1) };
}

/** The output of a patch without control characters, except tabs and line ends. */
function printable(text: string): string {
  return text.replaceAll(/[^\P{Cc}\n\t]/gu, "").trimEnd();
}

async function readText(stream: ReadableStream<Uint8Array>): Promise<string> {
  return new TextDecoder().decode(await readLimited(stream, maxPrintedBytes));
}

/** Reads a stream up to a limit and drops the rest. */
async function readLimited(
  stream: ReadableStream<Uint8Array>,
  maxBytes: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of stream) {
    const room = maxBytes - length;
    if (room <= 0) continue;
    chunks.push(chunk.subarray(0, room));
    length += Math.min(room, chunk.length);
  }
  return joinBytes(chunks);
}
