/**
 * `understudy check PATCH`: whether a patch file is right, before it is loaded. The runtime checks its types in a process of its
 * own, which runs nothing of it and uses no internet; then it is loaded and rehearsed as a start would. Nothing is played.
 */
import { relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { decodeGraph } from "../compiler/graph/checked_graph.ts";
import { graphWarnings } from "../compiler/graph/graph_warnings.ts";
import { loadNative } from "../config/load_native.ts";
import type { Config } from "../config/settings.ts";
import { CommandRefusedError } from "../engine/control/control.ts";
import { rehearse } from "../engine/patch_swap/rehearsal.ts";
import { type ExitCode, exitCodes } from "../foundation/exit_codes.ts";
import { ExitError } from "../foundation/exit_error.ts";
import { isPatchFile } from "../patches/loading/patch_name.ts";
import { interruptible } from "./interruptible.ts";
import { openPatchSource } from "./open_patch_source.ts";

/** What the loading of a patch found: mistakes, for which it is refused, and warnings. */
interface Findings {
  readonly mistakes: readonly string[];
  readonly warnings: readonly string[];
}

/** Checks each patch and prints what was found. The exit code says whether all are right. */
export async function checkPatches(
  patches: readonly string[],
  config: Config,
  print: (line: string) => void,
): Promise<ExitCode> {
  return await interruptible(async (signal) => {
    const files = Deno.build.standalone ? [] : patches.filter((patch) => isPatchFile(patch) && isFile(patch));
    // not beside the loading, which has a limit of time
    const types = await typeMistakes(files, signal);
    let code: ExitCode = exitCodes.ok;
    for (const patch of patches) {
      const { mistakes, warnings } = await tryLoading({ ...config, patch }, signal);
      const own = types.filter(({ file }) => file === resolve(patch)).map(({ text }) => text);
      const all = [...own, ...mistakes];
      all.forEach((mistake) => print(mistake));
      warnings.forEach((warning) => print(`${patch}: warning: ${warning}`));
      if (all.length > 0) code = exitCodes.usage;
      else print(`${patch}: ok`);
    }
    return code;
  });
}

/** Whether the runtime may read it: it would read a device until the memory is full. */
function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false; // the loading says why
  }
}

/** Loads and rehearses a patch as a start does. */
async function tryLoading(config: Config, signal: AbortSignal): Promise<Findings> {
  const warnings: string[] = [];
  const note = (text: string) => void warnings.push(text);
  try {
    const { path: nativeLibrary } = await loadNative(config, () => {}, signal);
    const source = await openPatchSource(config, {
      onPrint: (text) => note(`it prints: ${text}`),
      onSampleNote: note,
    });
    const loaded = await source.load(config.patch, signal);
    const { format } = source;
    graphWarnings(decodeGraph(loaded.graph), format).forEach(note);
    await rehearse({
      ...{ ...loaded, format, nativeLibrary, signal, seed: config.seed, ceiling: config.ceiling },
      beforeStart: true,
      onWarning: note,
      onVoiceLimit: (_, reason) => note(reason),
      onTooSlow: note,
    });
    return { mistakes: [], warnings: [...new Set(warnings)] };
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof ExitError) && !(error instanceof CommandRefusedError)) throw error;
    return { mistakes: [error.message], warnings };
  }
}

/** A mistake in the types of a file. */
export interface TypeMistake {
  /** Absolute path. */
  readonly file: string;
  /** Place and message, on one line. */
  readonly text: string;
}

/** Mistakes in the types of files, each with its place. */
async function typeMistakes(files: readonly string[], signal: AbortSignal): Promise<TypeMistake[]> {
  if (files.length === 0) return [];
  const output = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["check", "--quiet", "--no-remote", "--cached-only", "--node-modules-dir=none", "--frozen"],
      `--lock=${fileURLToPath(new URL("../play.lock", import.meta.url))}`,
      `--config=${fileURLToPath(new URL("../deno.json", import.meta.url))}`,
      ...files,
    ],
    env: { NO_COLOR: "1" },
    stdin: "null",
    signal,
  }).output().catch((error) => {
    signal.throwIfAborted();
    throw error;
  });
  signal.throwIfAborted();
  if (output.success) return [];
  return parseTypeMistakes(new TextDecoder().decode(output.stderr), Deno.cwd());
}

/**
 * The runtime's messages as lines of `FILE:LINE:COLUMN: message`. What it cannot even read is left to the loading, whose message is
 * in the words of patch files.
 *
 * @param folder from which the names of files are given
 */
export function parseTypeMistakes(output: string, folder: string): TypeMistake[] {
  const mistakes: TypeMistake[] = [];
  let message: string | undefined;
  for (const line of output.split("\n")) {
    const begun = /^(TS\d+) \[ERROR\]: (.*)$/.exec(line);
    if (begun) message = `${begun[2]} (${begun[1]})`;
    const place = /^ {4}at (file:\S+):(\d+):(\d+)$/.exec(line);
    if (place === null || message === undefined) continue;
    const file = fileURLToPath(place[1]);
    const near = relative(folder, file);
    const shown = near.startsWith("..") ? file : near;
    mistakes.push({ file, text: `${shown}:${place[2]}:${place[3]}: ${message}` });
    message = undefined;
  }
  return mistakes;
}
