import type { CueView, RunningCueView, ShowListView, ShowStatusView } from "../control/show_view.ts";
import {
  advanceShow,
  type Cue,
  cueLength,
  type CueList,
  cueText,
  levelAt,
  placeAt,
  type Show,
  type ShowState,
} from "../../show/mod.ts";

/** The list of a show as an operator sees it. */
export function listView(
  { file, show, list }: { readonly file: string; readonly show: Show; readonly list: CueList },
  revision: number,
): ShowListView {
  const cues: CueView[] = [];
  const seconds = (frames: number) => frames / list.sampleRateHz;
  const visit = (cue: Cue, key: string, depth: number) => {
    const { parent, number, name, preWait, postWait, continuation, armed, deed } = list.cues[key];
    const length = cueLength(list, list.cues[key]);
    cues.push({
      ...{ key, ...(number !== undefined && { number }), name, kind: cue.kind, notes: cue.notes ?? "" },
      ...{ colour: cue.colour, armed, depth, ...(parent !== null && { parentKey: parent }) },
      ...{ continue: continuation, preWaitSeconds: seconds(preWait), postWaitSeconds: seconds(postWait) },
      lengthSeconds: length === null ? null : seconds(length),
      ...{ text: cueText(cue), ...(cue.kind === "play" && { file: cue.play }) },
    });
    if (cue.kind !== "group" || deed.kind !== "group") return;
    cue.group.forEach((child, index) => visit(child, deed.children[index], depth + 1));
  };
  show.cues.forEach((cue, index) => visit(cue, list.order[index], 0));
  const outputs = Object.keys(show.outputs);
  return {
    ...{ file, name: show.name, notes: show.notes ?? "", revision },
    ...{ goGuardSeconds: show.goGuardSeconds, panicSeconds: show.panicSeconds },
    ...{ outputs: outputs.length === 0 ? ["main"] : outputs, cues },
  };
}

interface StatusParts extends Pick<ShowStatusView, "sampleRateHz" | "notices" | "lastGo"> {
  readonly played: number;
}

/** What runs, as an operator sees it. */
export function statusView(
  list: CueList,
  state: ShowState,
  { played, sampleRateHz, notices, lastGo }: StatusParts,
): ShowStatusView {
  const { running, playhead, panicEnds } = state;
  const differs = Object.entries(state.armed).filter(([key, armed]) => list.cues[key]?.armed !== armed);
  return {
    ...{ frame: played, sampleRateHz, playhead, next: afterGo(list, state) },
    paused: running.length > 0 && running.every(({ pausedAt }) => pausedAt !== null),
    panicUntilFrame: panicEnds !== null && panicEnds > state.frame ? panicEnds : null,
    running: running.map((cue) => runningView(cue, state.frame)),
    ...{ armed: Object.fromEntries(differs), silentInputs: state.silentInputs ?? [] },
    ...{ notices, ...(lastGo && { lastGo }) },
  };
}

/** Where the playhead would be after GO. */
function afterGo(list: CueList, state: ShowState): string | null {
  const quiet = { ...state, running: [], lastGo: null };
  return advanceShow(list, quiet, { event: "go" }, state.frame).state.playhead;
}

function runningView(running: ShowState["running"][number], frame: number): RunningCueView {
  const { id, cue, stage, pausedAt, startedAt, deedAt, endsAt, continueAt, level, player, parts } = running;
  const now = pausedAt ?? frame;
  const ends = stage === "preWait" ? deedAt : stage === "postWait" ? continueAt : endsAt;
  return {
    ...{ id, key: cue.key, ...(cue.number !== undefined && { number: cue.number }), name: cue.name, stage },
    ...{ paused: pausedAt !== null, ...(pausedAt !== null && { pausedAtFrame: pausedAt }) },
    ...{ startedAtFrame: startedAt, deedAtFrame: deedAt, endsAtFrame: ends },
    ...(player !== null && { player, levelDb: level === null ? null : levelAt(level, now) }),
    ...(player !== null && cue.deed.kind === "play"
      ? loopOf(parts, Math.max(0, (now - running.origin) * cue.deed.rate))
      : {}),
  };
}

function loopOf(
  parts: ShowState["running"][number]["parts"],
  distance: number,
): Pick<RunningCueView, "loop"> {
  const place = placeAt(parts, distance);
  const count = place === undefined ? 1 : parts[place.part].count;
  return place === undefined || count === 1 ? {} : { loop: { pass: place.pass + 1, of: count } };
}
