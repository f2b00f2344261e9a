/** From the text of a show to one that can be played: its files are opened, all its mistakes are found at once. Main isolate. */
import { dirname, resolve } from "node:path";
import { CommandRefusedError } from "../control/control.ts";
import {
  checkShow,
  compileShow,
  type Cue,
  cueSound,
  type FileFacts,
  isBesideShow,
  mediaOf,
  readShow,
  type ShowProblem,
} from "../../show/mod.ts";
import { isLtcName } from "../../timecode/ltc_name.ts";
import type { OpenedShow } from "./show_player.ts";
import type { ShowHost, ShowServices, ShowSound } from "./show_host.ts";

export interface ShowSource {
  /** Path of its file, from which the paths of its sound files count. */
  readonly file: string;
  readonly text: string;
}

export interface OpenShowOptions extends Pick<ShowHost, "arm" | "sampleRateHz"> {
  /** Omitted: not known. */
  readonly inputChannels?: number;
  readonly services: Pick<ShowServices, "channels" | "patchProblem">;
  /** Whether it plays already: mistakes do not keep it from that. */
  readonly isPlaying?: boolean;
}

/** @throws {CommandRefusedError} with all mistakes, each with its place */
export async function openShow(
  { file, text }: ShowSource,
  { arm, sampleRateHz, inputChannels, services, isPlaying = false }: OpenShowOptions,
): Promise<{ readonly opened: OpenedShow; readonly warnings: readonly string[] }> {
  const read = readShow(text);
  const folder = dirname(resolve(file));
  const cues = read.show?.cues.flatMap(withChildren) ?? [];
  const sounds = new Map<string, ShowSound>();
  const files: Record<string, FileFacts> = {};
  await Promise.all([...new Set(cues.flatMap((cue) => cueSound(cue) ?? []))].map(
    async (name) => {
      // a mistake: not even whether it is there is told
      if (!isLtcName(name) && !isBesideShow(name)) return;
      const path = isLtcName(name) ? name : resolve(folder, name);
      try {
        const armed = await arm({ name, path });
        sounds.set(name, { ...armed, path });
        files[name] = armed;
      } catch (error) {
        if (!(error instanceof CommandRefusedError)) throw error;
        const named = `sound file ${path}: `;
        const { message } = error;
        files[name] = { problem: message.startsWith(named) ? message.slice(named.length) : message };
      }
    },
  ));
  const named = [read.show?.patch, ...cues.map((cue) => cue.kind === "patch" ? cue.patch : undefined)];
  const patches: Record<string, string> = {};
  for (const patch of new Set(named)) {
    const problem = patch === undefined ? undefined : await services.patchProblem(patch, folder);
    if (problem !== undefined) patches[patch!] = problem;
  }
  const facts = { sampleRateHz, files, patches, channels: services.channels, inputChannels };
  const problems = checkShow(read, facts);
  const mistakes = problems.filter(({ severity }) => severity === "mistake");
  if (read.show === undefined || (mistakes.length > 0 && !isPlaying)) {
    throw new CommandRefusedError(mistakes.map((problem) => lineOf(file, problem)).join("\n"));
  }
  const list = compileShow(read.show, { sampleRateHz, media: mediaOf(facts) });
  await armBeginnings(cues, { sounds, arm, sampleRateHz });
  return {
    opened: { file, text, show: read.show, list, sounds },
    warnings: problems.map((problem) => lineOf(file, problem)),
  };
}

/** GO finds the place at which a cue begins in memory. */
async function armBeginnings(
  cues: readonly Cue[],
  { sounds, arm, sampleRateHz }:
    & { readonly sounds: ReadonlyMap<string, ShowSound> }
    & Pick<
      ShowHost,
      "arm" | "sampleRateHz"
    >,
): Promise<void> {
  for (const cue of cues) {
    if (cue.kind !== "play" || cue.startSeconds === 0) continue;
    const file = sounds.get(cue.play);
    const frame = Math.round(cue.startSeconds * sampleRateHz);
    if (file !== undefined && frame < file.frames) await arm({ name: cue.play, path: file.path }, frame);
  }
}

function lineOf(file: string, { line, column, severity, text }: ShowProblem): string {
  return `${file}:${line}:${column}: ${severity === "warning" ? "warning: " : ""}${text}`;
}

function withChildren(cue: Cue): Cue[] {
  return cue.kind === "group" ? [cue, ...cue.group.flatMap(withChildren)] : [cue];
}
