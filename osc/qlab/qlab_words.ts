/**
 * QLab's public OSC dictionary (version 5), as far as its words mean something to a show: what each address asks or does. The source is
 * https://qlab.app/docs/v5/scripting/osc-dictionary-v5/. Pure: an address becomes an answer or events.
 */
import type { ShowStatusView } from "../../engine/control/show_view.ts";
import type { ShowEvent } from "../../show/playing/show_event.ts";
import { flag, MessageRefusedError, numberOf } from "../packet/arguments.ts";
import type { OscArgument } from "../packet/packet.ts";
import { type CueQuestion, cueQuestions, idsOf, type QlabCue, type QlabCues } from "./qlab_cues.ts";

/** A show at one moment. */
export interface QlabMoment {
  readonly cues: QlabCues;
  readonly status: ShowStatusView;
}

/** What a message comes to: data for its sender, or something that happens to the show. */
export type QlabMeaning = { readonly data: unknown } | { readonly events: readonly ShowEvent[] };

/** Things that QLab has and a show here has not: they are as they would be if nobody had touched them. */
const constants: Readonly<Record<string, unknown>> = {
  showMode: true,
  editMode: false,
  alwaysAudition: false,
  auditionWindow: false,
  auditionMonitors: false,
  overrideWindow: false,
  liveFadePreview: false,
  fullScreen: false,
};

/** Overrides of QLab, none of which is on: every path is open. */
const overrides = /^overrides\/\w+$/;

const lists = /^(cueLists|selectedCues|runningCues|runningOrPausedCues)(\/uniqueIDs)?(\/shallow)?$/;

/** Actions of a workspace, and of its list. */
const workspaceActions = [
  "go",
  "stop",
  "hardStop",
  "hardPause",
  "pause",
  "resume",
  "togglePause",
  "panic",
] as const;
const moreActions = ["panicInTime", "reset"] as const;
const cueActions = [
  "start",
  ...workspaceActions,
  ...moreActions,
  ...["load", "loadAt", "loadAndSetPlayhead", "previous", "next"],
] as const;

/** What happens to all cues that run with one event, however many they are. */
const actionsOnAll: Readonly<Record<string, "stop" | "pause" | "resume">> = {
  ...{ stop: "stop", hardStop: "stop", panic: "stop", panicInTime: "stop", reset: "stop" },
  ...{ pause: "pause", hardPause: "pause", resume: "resume" },
};

/** Cues that one message means at most. */
const maxAtOnce = 64;

/** Values that one message asks for at most: they are all made in one turn. */
const maxValues = 30_000;

/** Words of QLab that mean something else here, or nothing, with what helps. */
const refusals: Readonly<Record<string, string>> = {
  preview: "nothing here plays a cue without its waits and what follows; use start",
  auditionPreview: "there is no audition; use start",
  auditionGo: "there is no audition; use go",
  audition: "there is no audition; use start",
  save: "the show page and /show/save write the file",
  new: "cues are edited on the show page",
  delete: "cues are edited on the show page",
};

/** The first words of the addresses that a workspace understands. */
const firstWords = new Set([
  ...[...workspaceActions, ...moreActions, ...Object.keys(constants), "overrides", "settings"],
  ...["cue", "cue_id", "playhead", "playheadID", "playheadId", "playbackPosition", "playbackPositionID"],
  ...[
    "playbackPositionId",
    "select",
    "select_id",
    "cueLists",
    "selectedCues",
    "runningCues",
    "runningOrPausedCues",
  ],
  ...["doubleGoWindowRemaining", "basePath", "displayName", "hasPasscode"],
  ...Object.keys(refusals),
]);

/** Whether the words behind `/workspace/{id}` are ones that QLab has. */
export function isQlabWord(words: readonly string[]): boolean {
  return firstWords.has(words[0]);
}

/**
 * The meaning of the words of an address, without the workspace before them.
 *
 * @throws {MessageRefusedError} with the reason
 */
export function meaningOf(
  words: readonly string[],
  args: readonly OscArgument[],
  moment: QlabMoment,
): QlabMeaning {
  const [first, ...rest] = words;
  const path = words.join("/");
  const { cues, status } = moment;
  if (Object.hasOwn(refusals, first)) throw new MessageRefusedError(`/${first}: ${refusals[first]}`);
  if (first === "cue" || first === "cue_id") return ofCue(first, rest, args, moment);
  if (first === "go" && rest.length > 0) {
    const cue = numbered(decodeURIComponentOr(rest.join("/")), cues);
    return { events: [{ event: "jump", cue: keyOf(cue) }, { event: "go" }] };
  }
  if (/^(playhead|playbackPosition)(I[Dd])?$/.test(first)) return ofPlayhead(first, rest, args, moment);
  if (first === "select" || first === "select_id") {
    return ofPlayhead(first === "select" ? "playhead" : "playheadID", rest, args, moment);
  }
  const list = lists.exec(path);
  if (list !== null) return { data: listOf(list[1], list[2] !== undefined, list[3] !== undefined, moment) };
  if (rest.length === 0 && Object.hasOwn(constants, first)) return ofConstant(first, args);
  if (overrides.test(path)) return args.length === 0 ? { data: true } : changesNothing(path);
  switch (path) {
    case "settings/general/minGoTime":
      return args.length === 0 ? { data: cues.list.goGuardSeconds } : changesNothing(path);
    case "doubleGoWindowRemaining":
      return { data: goGuardLeft(moment) };
    case "basePath":
      return { data: cues.list.file.replace(/\/?[^/]*$/, "") };
    case "displayName":
      return { data: displayName(cues) };
    case "panicInTime":
      return { events: panicIn(args) };
    case "reset":
      return { events: reset(cues) };
  }
  const action = workspaceActions.find((name) => name === path);
  if (action === undefined) throw new MessageRefusedError(`/${path}: a show here has no such word`);
  return { events: workspaceEvents(action, status) };
}

/** Name of the workspace: that of the show, or of its file. */
export function displayName({ list }: QlabCues): string {
  return list.name || (list.file.split("/").at(-1) ?? "") || "show";
}

/** Seconds until another GO is taken. */
function goGuardLeft({ cues, status }: QlabMoment): number {
  if (status.lastGo === undefined) return 0;
  return Math.max(0, cues.list.goGuardSeconds - (status.frame - status.lastGo.frame) / status.sampleRateHz);
}

function workspaceEvents(
  action: typeof workspaceActions[number],
  { paused, running }: ShowStatusView,
): ShowEvent[] {
  switch (action) {
    case "hardStop":
      return hardStop;
    case "hardPause":
      return [{ event: "pause" }];
    case "togglePause":
      return [{ event: paused && running.length > 0 ? "resume" : "pause" }];
    default:
      return [{ event: action }];
  }
}

/** A second panic within the first is silent at once. */
const hardStop: ShowEvent[] = [{ event: "panic" }, { event: "panic" }];

/** The fade of a panic is the show's; without time it is a hard stop. */
function panicIn(args: readonly OscArgument[]): ShowEvent[] {
  const [seconds] = args.map(numberOf);
  return seconds === 0 ? hardStop : [{ event: "panic" }];
}

function reset({ list }: QlabCues): ShowEvent[] {
  const first = list.cues[0]?.key;
  return [...hardStop, ...(first === undefined ? [] : [{ event: "jump", cue: first } as const])];
}

function ofConstant(word: string, args: readonly OscArgument[]): QlabMeaning {
  if (args.length === 0) return { data: constants[word] };
  return changesNothing(word);
}

function changesNothing(path: string): never {
  throw new MessageRefusedError(`/${path}: it can be asked here, not changed`);
}

function listOf(name: string, idsOnly: boolean, isShallow: boolean, { cues, status }: QlabMoment): unknown {
  const depth = isShallow ? 0 : Infinity;
  const found = (): readonly QlabCue[] => {
    switch (name) {
      case "cueLists":
        return ["list"];
      case "selectedCues":
        return [status.playhead].flatMap((key) => key === null ? [] : cues.byKey(key) ?? []);
      default: {
        const keys = status.running.filter(({ paused }) => name === "runningOrPausedCues" || !paused);
        const unique = [...new Set(keys.map(({ key }) => key))];
        const running = unique.flatMap((key) => cues.byKey(key) ?? []);
        return running.length === 0 ? [] : ["list", ...running];
      }
    }
  };
  return found().map((cue) => {
    const listed = cues.listed(cue, status, name.startsWith("running") ? 0 : depth);
    return idsOnly ? idsOf(listed) : listed;
  });
}

/** The playhead: where it is, or where it is to be. */
function ofPlayhead(
  word: string,
  rest: readonly string[],
  args: readonly OscArgument[],
  { cues, status }: QlabMoment,
): QlabMeaning {
  const said = args[0]?.type === "s" || args[0]?.type === "S" ? args[0].value : undefined;
  const place = rest.length > 0
    ? rest.join("/")
    : said ?? (args.length > 0 ? String(numberOf(args[0])) : undefined);
  const byId = /I[Dd]$/.test(word);
  if (place === undefined) {
    return { data: cues.valueOf(byId ? "playheadID" : "playhead", "list", status) };
  }
  if (!byId && (place === "next" || place === "nextSequence")) return { events: [{ event: "next" }] };
  if (!byId && (place === "previous" || place === "previousSequence")) return { events: [{ event: "back" }] };
  const cue = byId ? withId(place, cues) : numbered(decodeURIComponentOr(place), cues);
  return { events: [{ event: "jump", cue: keyOf(cue) }] };
}

/** `/cue/{number}/word`, `/cue_id/{id}/word`, and the special names in place of a number. */
function ofCue(
  by: "cue" | "cue_id",
  [name, ...words]: readonly string[],
  args: readonly OscArgument[],
  moment: QlabMoment,
): QlabMeaning {
  const { cues, status } = moment;
  if (name === undefined || words.length === 0) {
    throw new MessageRefusedError(`/${by}: expected a cue and what to do, such as /${by}/12/start`);
  }
  const path = words.join("/");
  const found = cuesNamed(by, decodeURIComponentOr(name), moment);
  if (Object.hasOwn(refusals, words[0])) throw new MessageRefusedError(`${words[0]}: ${refusals[words[0]]}`);
  const isList = found.length === 1 && found[0] === "list";
  if (isList && (/^(playhead|playbackPosition)/.test(words[0]))) {
    return ofPlayhead(words[0], words.slice(1), args, moment);
  }
  if (isList && words[0] === "go" && words.length > 1) return meaningOf(words, args, moment);
  const isAction = cueActions.includes(path as typeof cueActions[number]);
  if (isAction) {
    if (isMany(name) && Object.hasOwn(actionsOnAll, path)) return { events: [{ event: actionsOnAll[path] }] };
    if (found.length > maxAtOnce) {
      throw new MessageRefusedError(
        `${path}: expected at most ${maxAtOnce} cues, found ${found.length}; start a group`,
      );
    }
    return { events: found.flatMap((cue) => cueEvents(path, cue, args, status)) };
  }
  if (path === "armed" && args.length > 0) {
    const event = flag(args) ? "arm" : "disarm";
    return { events: found.flatMap((cue) => cue === "list" ? [] : [{ event, cue: cue.key }]) };
  }
  const ask = questionOf(path, args, found.length);
  const answers = found.map((cue) => ask(cue, cues, status));
  return { data: isMany(name) ? answers : answers[0] };
}

/** Names that may mean several cues: their answers are a list. */
function isMany(name: string): boolean {
  return name === "active" || name === "*";
}

function isAskedOnly(word: string): MessageRefusedError {
  return new MessageRefusedError(`${word}: it can be asked here, and is changed on the show page`);
}

function questionOf(
  path: string,
  args: readonly OscArgument[],
  cueCount: number,
): (cue: QlabCue, ...moment: [QlabCues, ShowStatusView]) => unknown {
  if (path === "valuesForKeys") {
    const keys = keysOf(args);
    const count = keys.length * cueCount;
    if (count > maxValues) {
      throw new MessageRefusedError(`valuesForKeys: expected at most ${maxValues} values, found ${count}`);
    }
    return (cue, cues, status) =>
      Object.fromEntries(keys.map((key) => [key, cues.valueOf(key, cue, status)]));
  }
  const changed = /^(.+)\/[+-]$/.exec(path)?.[1];
  if (changed !== undefined && isQuestion(changed)) throw isAskedOnly(changed);
  if (!isQuestion(path)) throw new MessageRefusedError(`${path}: a cue here has no such word`);
  if (args.length > 0) {
    throw isAskedOnly(path);
  }
  return (cue, cues, status) => cues.valueOf(path, cue, status);
}

function isQuestion(word: string): word is CueQuestion {
  return (cueQuestions as readonly string[]).includes(word);
}

/** The keys of `valuesForKeys`: a list in JSON. Those that are not known are left out, as QLab does. */
function keysOf(args: readonly OscArgument[]): CueQuestion[] {
  const [list] = args;
  const text = list?.type === "s" || list?.type === "S" ? list.value : undefined;
  let keys: unknown;
  try {
    keys = text === undefined ? undefined : JSON.parse(text);
  } catch {
    keys = undefined;
  }
  if (!Array.isArray(keys) || keys.length > 256) {
    throw new MessageRefusedError('valuesForKeys: expected a list in JSON, such as ["number","listName"]');
  }
  return [...new Set(keys)].filter((key) => typeof key === "string" && isQuestion(key));
}

function cuesNamed(by: "cue" | "cue_id", name: string, { cues, status }: QlabMoment): readonly QlabCue[] {
  switch (name) {
    case "selected":
    case "playhead":
    case "playbackPosition": {
      const cue = status.playhead === null ? undefined : cues.byKey(status.playhead);
      if (cue === undefined) throw new MessageRefusedError("no cue is at the playhead");
      return [cue];
    }
    case "active": {
      const keys = [...new Set(status.running.map(({ key }) => key))];
      const active = keys.flatMap((key) => cues.byKey(key) ?? []);
      if (active.length === 0) throw new MessageRefusedError("no cue is active");
      return active;
    }
    case "*":
      return cues.list.cues;
  }
  return [by === "cue_id" ? withId(name, cues) : numbered(name, cues)];
}

function cueEvents(
  action: string,
  cue: QlabCue,
  args: readonly OscArgument[],
  status: ShowStatusView,
): ShowEvent[] {
  if (cue === "list") return listEvents(action, args, status);
  const { key } = cue;
  switch (action) {
    case "start":
    case "go":
      return [{ event: "start", cue: key }];
    case "stop":
    case "hardStop":
    case "panic":
    case "panicInTime":
    case "reset":
      return [{ event: "stop", cue: key }];
    case "pause":
    case "hardPause":
      return [{ event: "pause", cue: key }];
    case "resume":
      return [{ event: "resume", cue: key }];
    case "togglePause": {
      const isPaused = status.running.some((each) => each.key === key && each.paused);
      return [{ event: isPaused ? "resume" : "pause", cue: key }];
    }
    case "load":
      return [{ event: "load", cue: key, frames: 0 }];
    case "loadAt":
      return [{ event: "load", cue: key, frames: Math.round(loadSeconds(args) * status.sampleRateHz) }];
    case "loadAndSetPlayhead":
      return [{ event: "jump", cue: key }];
    default:
      throw new MessageRefusedError(`${action}: expected the cue list, found ${key}`);
  }
}

function listEvents(action: string, args: readonly OscArgument[], status: ShowStatusView): ShowEvent[] {
  switch (action) {
    case "panicInTime":
      return panicIn(args);
    case "previous":
      return [{ event: "back" }];
    case "next":
      return [{ event: "next" }];
    case "start":
      return [{ event: "go" }];
  }
  const known = workspaceActions.find((name) => name === action);
  if (known === undefined) throw new MessageRefusedError(`${action}: the cue list has no such word`);
  return workspaceEvents(known, status);
}

/** Seconds; or minutes and seconds; or hours, minutes and seconds. */
function loadSeconds(args: readonly OscArgument[]): number {
  const values = args.map(numberOf);
  const isTime = values.length >= 1 && values.length <= 3 &&
    values.every((value) => value !== undefined && Number.isFinite(value) && value >= 0);
  if (!isTime) {
    throw new MessageRefusedError("loadAt: expected seconds, or hours, minutes and seconds, from 0 on");
  }
  return (values as number[]).reduce((sum, value) => sum * 60 + value, 0);
}

function withId(id: string, cues: QlabCues): QlabCue {
  const cue = cues.byId(id.toUpperCase());
  if (cue === undefined) throw new MessageRefusedError(`there is no cue with the id ${id}`);
  return cue;
}

function numbered(number: string, cues: QlabCues): QlabCue {
  const cue = cues.list.cues.find((each) => each.number === number);
  if (cue === undefined) throw new MessageRefusedError(`there is no cue ${number}`);
  return cue;
}

function keyOf(cue: QlabCue): string {
  if (cue === "list") throw new MessageRefusedError("expected a cue, found the cue list");
  return cue.key;
}

/** Numbers of cues with characters that an address may not hold are written as in a URL. */
function decodeURIComponentOr(text: string): string {
  if (!text.includes("%")) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
