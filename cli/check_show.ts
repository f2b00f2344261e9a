/**
 * `understudy check SHOW.json`: whether a show is right, before it is played: its text, its files, outputs, targets and loops, all
 * mistakes in one list with their places. With `--run` it prints what each GO would do. Nothing is played.
 */
import { basename, dirname, resolve } from "node:path";
import type { Config } from "../config/settings.ts";
import { openSource } from "../engine/streams/source/open_source.ts";
import { SourceError } from "../engine/streams/source/source_error.ts";
import { exists } from "../foundation/exists.ts";
import { type ExitCode, exitCodes } from "../foundation/exit_codes.ts";
import { printable } from "../foundation/printable.ts";
import { readTextFile } from "../foundation/read_text_file.ts";
import { isPatchFile } from "../patches/loading/patch_name.ts";
import { patchNamed } from "../patches/ready/catalogue.ts";
import { checkShow, type FileFacts, mediaOf, type ShowFacts } from "../show/playing/check_show.ts";
import { compileShow } from "../show/playing/compile_show.ts";
import { cueSound } from "../show/playing/cue_sound.ts";
import { maxShowBytes, type ReadShow, readShow } from "../show/file/read_show.ts";
import type { Cue } from "../show/file/show_file.ts";
import type { ShowProblem } from "../show/file/show_problem.ts";
import { timeline, type TimelineStep } from "../show/playing/timeline.ts";
import { isLtcName } from "../timecode/ltc_name.ts";
import { timelineLines } from "./timeline_lines.ts";

export interface CheckShowOptions {
  readonly json: boolean;
  /** Whether what each GO would do is printed as well. */
  readonly run: boolean;
  readonly print: (line: string) => void;
}

/** What `--json` prints of a show. */
interface Report {
  readonly file: string;
  readonly ok: boolean;
  readonly problems: readonly ShowProblem[];
  readonly timeline?: readonly TimelineStep[];
}

/** Checks one show and prints what was found. The exit code says whether it is right; warnings do not count. */
export async function checkShowFile(
  file: string,
  config: Config,
  { json, run, print }: CheckShowOptions,
): Promise<ExitCode> {
  const { problems, steps, sampleRateHz } = await examine(file, config, run);
  const isRight = problems.every(({ severity }) => severity === "warning");
  if (json) {
    print(
      JSON.stringify({ file, ok: isRight, problems, ...(steps && { timeline: steps }) } satisfies Report),
    );
  } else {
    for (const { line, column, severity, text } of problems) {
      print(printable(`${file}:${line}:${column}: ${severity === "warning" ? "warning: " : ""}${text}`));
    }
    if (isRight) print(`${file}: ok`);
    if (steps) timelineLines(steps, sampleRateHz).map(printable).forEach((line) => print(line));
  }
  return isRight ? exitCodes.ok : exitCodes.usage;
}

async function examine(file: string, config: Config, run: boolean) {
  const sampleRateHz = config.sampleRateHz;
  let source: string;
  try {
    source = await readTextFile(file, maxShowBytes);
  } catch (error) {
    const { message } = error as Error;
    const text = error instanceof Deno.errors.NotFound
      ? "there is no such file"
      : `cannot be read: ${message}`;
    return { problems: [{ severity: "mistake" as const, line: 1, column: 1, text }], sampleRateHz };
  }
  const read = readShow(source);
  const facts = await factsOf(read, dirname(resolve(file)), config);
  const problems = checkShow(read, facts);
  const isRight = problems.every(({ severity }) => severity === "warning");
  if (!run || !isRight || read.show === undefined) return { problems, sampleRateHz };
  return {
    problems,
    sampleRateHz,
    steps: timeline(compileShow(read.show, { sampleRateHz, media: mediaOf(facts) })),
  };
}

/** Looks at every file and patch that a show names, each once. */
async function factsOf({ show }: ReadShow, folder: string, config: Config): Promise<ShowFacts> {
  const cues = show === undefined ? [] : show.cues.flatMap(withChildren);
  const files = new Set(cues.flatMap((cue) => cueSound(cue) ?? []));
  const patches = new Set(cues.flatMap((cue) => cue.kind === "patch" ? [cue.patch] : []));
  if (show?.patch !== undefined) patches.add(show.patch);
  const lengths: [string, FileFacts][] = [];
  for (const name of files) {
    lengths.push([
      name,
      await lengthOfFile(isLtcName(name) ? name : resolve(folder, name), config.sampleRateHz),
    ]);
  }
  const wrong = [...patches].flatMap((name) => {
    const problem = patchProblem(name, folder);
    return problem === undefined ? [] : [[name, problem]];
  });
  return {
    ...{
      sampleRateHz: config.sampleRateHz,
      files: Object.fromEntries(lengths),
      patches: Object.fromEntries(wrong),
    },
    channels: config.channels,
    inputChannels: config.inputChannels,
  };
}

/** Length at a rate and channels of a sound file, or why it cannot be played. */
async function lengthOfFile(path: string, sampleRateHz: number): Promise<FileFacts> {
  try {
    const source = await openSource(path, { sampleRateHz });
    try {
      return { channels: source.channels, frames: await source.measure() };
    } finally {
      await source.close();
    }
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
    const named = `sound file ${path}: `;
    return { problem: error.message.startsWith(named) ? error.message.slice(named.length) : error.message };
  }
}

function withChildren(cue: Cue): Cue[] {
  return cue.kind === "group" ? [cue, ...cue.group.flatMap(withChildren)] : [cue];
}

/** Why a patch that a show in a folder names cannot be loaded; undefined: nothing is known against it. */
export function patchProblem(name: string, folder: string): string | undefined {
  if (isPatchFile(name)) {
    return exists(resolve(folder, name))
      ? undefined
      : `there is no patch file ${name} in ${basename(folder)}`;
  }
  try {
    patchNamed(name);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}
