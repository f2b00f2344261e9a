import { advanceShow } from "./advance_show.ts";
import type { CueList } from "./cue_list.ts";
import { nextDue } from "./next_due.ts";
import { runningCues, type RunningView } from "./running_cues.ts";
import type { ShowAction } from "./show_action.ts";
import { initialShowState, type ShowState } from "./show_state.ts";

/** Longest time that one GO is followed, in seconds. */
const maxSeconds = 4 * 3_600;

/** Most actions of one GO. */
const maxActions = 1_000;

/** What one GO would do. */
export interface TimelineStep {
  /** Key of the cue at the playhead. */
  readonly cue: string;
  /** Frame of the GO. */
  readonly frame: number;
  readonly actions: readonly ShowAction[];
  /** What still runs before the next GO: it does not end by itself, or its end is not known. */
  readonly running: readonly RunningView[];
  /** Whether it goes on beyond what is followed. */
  readonly isCut: boolean;
}

/** What each GO of a show would do, pressed when everything before it that ends has ended. Nothing is played. */
export function timeline(list: CueList): TimelineStep[] {
  const steps: TimelineStep[] = [];
  let state = initialShowState(list);
  // a show may go back to a cue before: each cue has its turn once
  const seen = new Set<string>();
  while (state.playhead !== null && !seen.has(state.playhead)) {
    const cue = state.playhead;
    seen.add(cue);
    const { step, after } = press(list, state, cue);
    steps.push(step);
    state = after;
  }
  return steps;
}

function press(
  list: CueList,
  before: ShowState,
  cue: string,
): { readonly step: TimelineStep; readonly after: ShowState } {
  const { frame } = before;
  let { state, actions } = advanceShow(list, before, { event: "go" }, frame);
  const all = [...actions];
  const last = frame + maxSeconds * list.sampleRateHz;
  let due = nextDue(state);
  for (; due !== undefined && due.frame <= last && all.length < maxActions; due = nextDue(state)) {
    ({ state, actions } = advanceShow(list, state, { event: "time" }, due.frame));
    all.push(...actions);
  }
  const isCut = due !== undefined;
  const step = { cue, frame, actions: all, running: runningCues(list, state), isCut };
  // the next GO comes when the guard lets it
  const next = Math.max(state.frame, frame + list.goGuard);
  return { step, after: isCut ? { ...state, lastGo: null } : { ...state, frame: next } };
}
