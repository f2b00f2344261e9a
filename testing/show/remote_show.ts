/** A show behind the interface of remotes, played by the real functions of `show/`, frame by frame as the test says. */
import type { ShowRemote } from "../../engine/control/show_control.ts";
import type { CueView, ShowListView, ShowStatusView } from "../../engine/control/show_view.ts";
import { readShow } from "../../show/file/read_show.ts";
import type { Cue } from "../../show/file/show_file.ts";
import { advanceShow } from "../../show/playing/advance_show.ts";
import { compileShow } from "../../show/playing/compile_show.ts";
import type { ShowEvent } from "../../show/playing/show_event.ts";
import { initialShowState, type ShowState } from "../../show/playing/show_state.ts";

export interface RemoteShow extends ShowRemote {
  readonly pressed: readonly (ShowEvent & { readonly frame?: number })[];
  /** Plays on to a frame. */
  playTo(frame: number): void;
  state(): ShowState;
}

/** @param frames lengths of the sound files, by their names */
export function remoteShow(text: string, frames: Readonly<Record<string, number>> = {}): RemoteShow {
  const { show, problems } = readShow(text);
  if (show === undefined || problems.length > 0) {
    throw new Error(problems.map((problem) => problem.text).join("\n"));
  }
  const sampleRateHz = 48_000;
  const media = Object.fromEntries(
    Object.entries(frames).map(([name, length]) => [name, { frames: length, channels: 2 }]),
  );
  const compiled = compileShow(show, { sampleRateHz, media });
  const keys = Object.keys(compiled.cues);
  const views: CueView[] = [];
  const add = (cue: Cue, key: string, depth: number) => {
    const { name, parent, deed } = compiled.cues[key];
    const plays = cue.kind === "play" ? cue.play : undefined;
    const length = plays === undefined ? null : frames[plays] / sampleRateHz;
    views.push({
      ...{
        key,
        number: cue.number,
        name,
        kind: cue.kind,
        notes: cue.notes ?? "",
        colour: cue.colour,
        armed: cue.armed,
      },
      ...{
        depth,
        parentKey: parent ?? undefined,
        continue: cue.continue,
        preWaitSeconds: cue.preWaitSeconds,
      },
      ...{ postWaitSeconds: cue.postWaitSeconds, lengthSeconds: length, text: name, file: plays },
    });
    if (cue.kind === "group" && deed.kind === "group") {
      cue.group.forEach((child, index) => add(child, deed.children[index], depth + 1));
    }
  };
  show.cues.forEach((cue, index) => add(cue, compiled.order[index], 0));
  if (views.length !== keys.length) throw new Error("a cue has no view");
  const list: ShowListView = {
    ...{ file: "/shows/hamlet.json", name: show.name, notes: show.notes ?? "", revision: 1 },
    ...{ goGuardSeconds: show.goGuardSeconds, panicSeconds: show.panicSeconds, outputs: [], cues: views },
  };
  const pressed: (ShowEvent & { readonly frame?: number })[] = [];
  const listeners = new Set<(change: "list" | "status") => void>();
  let state = initialShowState(compiled);
  let lastGo: ShowStatusView["lastGo"];
  const happen = (event: ShowEvent, frame: number) => {
    const { playhead } = state;
    state = advanceShow(compiled, state, event, frame).state;
    if (event.event === "go" && playhead !== null) lastGo = { frame, key: playhead };
    listeners.forEach((listener) => listener("status"));
  };
  return {
    list,
    pressed,
    state: () => state,
    status: () => ({
      ...{ frame: state.frame, sampleRateHz, playhead: state.playhead, next: null, paused: false },
      ...{ panicUntilFrame: state.panicEnds, armed: state.armed, silentInputs: [], notices: [], lastGo },
      running: state.running.map(({ id, cue, stage, pausedAt, startedAt, deedAt, endsAt }) => ({
        ...{ id, key: cue.key, number: cue.number, name: cue.name, stage, paused: pausedAt !== null },
        ...{ startedAtFrame: startedAt, deedAtFrame: deedAt, endsAtFrame: endsAt },
      })),
    }),
    press(event, { frame } = {}) {
      pressed.push(frame === undefined ? event : { ...event, frame });
      happen(event, frame ?? state.frame);
    },
    playTo: (frame) => happen({ event: "time" }, frame),
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
