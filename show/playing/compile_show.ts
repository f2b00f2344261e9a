/** From a show as it is written to one that is played: seconds become frames, numbers become keys, outputs become buses. */
import type { CueDeed, CueList, CueRoute, ListedCue } from "./cue_list.ts";
import { cueSound } from "./cue_sound.ts";
import type { PlanPart } from "./playback_plan.ts";
import type { Cue, Route, Show } from "../file/show_file.ts";

/** What is known of a sound file. */
export interface Media {
  /** At the engine's rate; omitted: not known. */
  readonly frames?: number;
  readonly channels: number;
}

export interface CompileOptions {
  readonly sampleRateHz: number;
  /** By the names that the show gives them; those that are not there are of unknown length. */
  readonly media: Readonly<Record<string, Media>>;
}

type PlayCue = Extract<Cue, { kind: "play" }>;

/** Outputs of a show that names none. */
const defaultOutputs: Show["outputs"] = { main: { buses: [1, 2], gainDb: 0 } };

/** The list of a show that has no mistakes. */
export function compileShow(show: Show, options: CompileOptions): CueList {
  const frames = (seconds: number) => Math.round(seconds * options.sampleRateHz);
  const cues: Record<string, ListedCue> = {};
  const named = keyedCues(show.cues);
  const add = (cue: Cue, parent: string | null): string => {
    const key = named.get(cue)!;
    const children = cue.kind === "group" ? cue.group.map((child) => add(child, key)) : [];
    cues[key] = {
      key,
      ...(cue.number === undefined ? {} : { number: cue.number }),
      name: cue.name ?? cueTitle(cue),
      parent,
      preWait: frames(cue.preWaitSeconds),
      postWait: frames(cue.postWaitSeconds),
      continuation: cue.continue,
      armed: cue.armed,
      deed: deedOf(cue, { show, options, frames, children }),
    };
    return key;
  };
  const order = show.cues.map((cue) => add(cue, null));
  return {
    sampleRateHz: options.sampleRateHz,
    goGuard: frames(show.goGuardSeconds),
    panic: frames(show.panicSeconds),
    seed: show.seed,
    order,
    cues,
  };
}

/**
 * A key for each cue: its number, else what it does, with a count where several do the same. A number holds no slash at its
 * beginning, so the two never meet.
 */
export function keyedCues(cues: readonly Cue[]): Map<Cue, string> {
  const keys = new Map<Cue, string>();
  const counts = new Map<string, number>();
  const visit = (cue: Cue) => {
    if (cue.number !== undefined) keys.set(cue, cue.number);
    else {
      const title = `/${cueTitle(cue)}`;
      const count = (counts.get(title) ?? 0) + 1;
      counts.set(title, count);
      keys.set(cue, count === 1 ? title : `${title} (${count})`);
    }
    if (cue.kind === "group") cue.group.forEach(visit);
  };
  cues.forEach(visit);
  return keys;
}

/** What a cue does, in a few words: the name of one without a name. */
export function cueTitle(cue: Cue): string {
  switch (cue.kind) {
    case "group":
      return `${cue.mode} group of ${cue.group.length}`;
    case "wait":
      return `wait ${cue.wait} s`;
    case "midi":
      return `midi ${cue.midi.slice(0, 4).map((byte) => byte.toString(16).padStart(2, "0")).join(" ")}`;
    default:
      return `${cue.kind} ${String((cue as unknown as Record<string, unknown>)[cue.kind]).slice(0, 60)}`;
  }
}

interface DeedContext {
  readonly show: Show;
  readonly options: CompileOptions;
  readonly frames: (seconds: number) => number;
  readonly children: readonly string[];
}

function deedOf(cue: Cue, { show, options, frames, children }: DeedContext): CueDeed {
  const all = (target: string) => target === "all" ? null : target;
  const { kind } = cue;
  switch (kind) {
    case "play": {
      const media = Object.hasOwn(options.media, cue.play) ? options.media[cue.play] : undefined;
      return {
        ...{
          kind,
          file: cue.play,
          parts: partsOf(cue, media, frames),
          rate: Math.fround(cue.rate),
          levelDb: cue.levelDb,
        },
        ...{ fadeIn: frames(cue.fadeInSeconds), fadeOut: frames(cue.fadeOutSeconds), curve: cue.curve },
        routes: routesOf(cue, show, media),
      };
    }
    case "note": {
      const { note, velocity, instrument } = cue;
      return { kind, note, velocity, ...(instrument && { instrument }), frames: frames(cue.seconds) };
    }
    case "patch":
      return { kind, patch: cue.patch };
    case "fade": {
      const ramp = { frames: frames(cue.seconds), curve: cue.curve };
      return cue.fade.startsWith("/")
        ? { kind: "parameter", address: cue.fade, to: cue.to ?? 0, ...ramp }
        : { kind, target: cue.fade, toDb: cue.toDb ?? -120, thenStop: cue.thenStop, ...ramp };
    }
    case "start":
      return { kind, target: cue.start };
    case "goTo":
      return { kind, target: cue.goTo };
    case "arm":
      return { kind, target: cue.arm };
    case "disarm":
      return { kind, target: cue.disarm };
    case "stop":
      return { kind, target: all(cue.stop), fade: cue.seconds === undefined ? null : frames(cue.seconds) };
    case "pause":
      return { kind, target: all(cue.pause) };
    case "resume":
      return { kind, target: all(cue.resume) };
    case "wait":
      return { kind, frames: frames(cue.wait) };
    case "group": {
      const { mode, shuffle, loops } = cue;
      const isPlaylist = mode === "playlist";
      return {
        ...{ kind, mode, children, shuffle: isPlaylist && shuffle },
        rounds: !isPlaylist ? 1 : loops === "forever" ? null : loops,
        crossfade: isPlaylist ? frames(cue.crossfadeSeconds) : 0,
      };
    }
    case "osc":
      return {
        kind,
        destination: destinationOf(cue.to, "host", show),
        address: cue.osc,
        arguments: cue.arguments,
      };
    case "midi":
      return { kind, destination: destinationOf(cue.to, "midiPort", show), bytes: cue.midi };
    case "timecode": {
      const file = cueSound(cue) ?? "";
      const media = Object.hasOwn(options.media, file) ? options.media[file] : undefined;
      const wanted = cue.seconds === undefined ? null : frames(cue.seconds);
      const to = wanted === null ? media?.frames ?? null : Math.min(wanted, media?.frames ?? wanted);
      return {
        ...{ kind: "play", file, parts: [{ from: 0, to, count: 1 }], rate: 1, levelDb: cue.levelDb },
        ...{ fadeIn: 0, fadeOut: 0, curve: "linear", routes: routesOf(cue, show, { channels: 1 }) },
      };
    }
    case "devamp":
      return { kind, target: cue.devamp, thenStop: cue.thenStop };
    case "memo":
      return { kind };
  }
}

function destinationOf(name: string | undefined, field: "host" | "midiPort", { destinations }: Show): string {
  return name ?? Object.keys(destinations).find((known) => field in destinations[known]) ?? "";
}

/** The parts of a file that a cue plays; what lies between slices plays once. */
function partsOf(cue: PlayCue, media: Media | undefined, frames: (seconds: number) => number): PlanPart[] {
  const passes = (count: number | "forever") => count === "forever" ? null : count;
  const start = frames(cue.startSeconds);
  const fileEnd = media?.frames ?? null;
  const wanted = cue.endSeconds === undefined ? fileEnd : frames(cue.endSeconds);
  const end = wanted === null || fileEnd === null ? wanted : Math.min(wanted, fileEnd);
  const parts: PlanPart[] = [];
  let at = start;
  for (const slice of cue.slices) {
    const [from, to] = [frames(slice.startSeconds), frames(slice.endSeconds)];
    if (from > at) parts.push({ from: at, to: from, count: 1 });
    parts.push({ from, to, count: passes(slice.count) });
    at = to;
  }
  if (end === null || end > at) {
    parts.push({ from: at, to: end, count: cue.slices.length === 0 ? passes(cue.loops) : 1 });
  }
  return parts;
}

function routesOf(cue: Pick<PlayCue, "outputs">, show: Show, media: Media | undefined): CueRoute[] {
  const outputs = Object.keys(show.outputs).length === 0 ? defaultOutputs : show.outputs;
  const wanted = cue.outputs ?? [Object.keys(outputs)[0]];
  const routes: Route[] = wanted.flatMap((each) =>
    typeof each !== "string"
      ? [each]
      : Object.hasOwn(show.routings, each)
      ? show.routings[each]
      : [{ output: each, gainDb: 0 }]
  );
  return routes.flatMap(({ output, gainDb, from, to }) => {
    if (!Object.hasOwn(outputs, output)) return [];
    const { buses, gainDb: outputDb } = outputs[output];
    const channels = media?.channels ?? buses.length;
    const gain = gainDb + outputDb;
    return buses.flatMap((bus, index) => {
      if (to !== undefined && to !== index + 1) return [];
      // one channel goes to every bus of an output, several to one each
      const channel = from ?? (channels === 1 ? 1 : to !== undefined ? to : index + 1);
      return channel <= channels ? [{ channel, bus, gainDb: gain }] : [];
    });
  });
}
