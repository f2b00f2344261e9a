/** Cues that start each other by themselves in a circle in which no time passes: it would never end. */
import type { CueList, ListedCue } from "./cue_list.ts";
import { follower } from "./cue_order.ts";
import { planLength } from "./playback_plan.ts";

/** Circles without time, each as the keys that it goes through. */
export function loopsWithoutTime(list: CueList): string[][] {
  const state = new Map<string, "open" | "done">();
  const circles: string[][] = [];
  // by hand, and not by calls of itself: a chain may have all the cues of a show
  const path: { readonly key: string; readonly next: Iterator<string> }[] = [];
  const enter = (key: string) => {
    if (state.get(key) === "done") return;
    if (state.get(key) === "open") {
      circles.push(path.slice(path.findIndex((step) => step.key === key)).map((step) => step.key));
      return;
    }
    state.set(key, "open");
    path.push({ key, next: startedAtOnce(list, list.cues[key]).values() });
  };
  for (const first of Object.keys(list.cues)) {
    enter(first);
    for (let step = path.at(-1); step !== undefined; step = path.at(-1)) {
      const { done, value } = step.next.next();
      if (!done) enter(value);
      else {
        path.pop();
        state.set(step.key, "done");
      }
    }
  }
  return circles;
}

/** Keys that start in the frame in which a cue starts. */
function startedAtOnce(list: CueList, cue: ListedCue): string[] {
  const { key, deed, parent, preWait, postWait, continuation, armed } = cue;
  if (preWait > 0) return [];
  const started: string[] = [];
  if (deed.kind === "start" && armed && Object.hasOwn(list.cues, deed.target)) started.push(deed.target);
  if (deed.kind === "group" && armed) {
    started.push(
      ...(deed.mode === "simultaneous" || deed.mode === "random" ? deed.children : deed.children.slice(0, 1)),
    );
  }
  const group = parent === null ? undefined : list.cues[parent].deed;
  const isLink = group?.kind === "group" && (group.mode === "sequence" || group.mode === "playlist");
  const follows = continuation !== "none" || isLink;
  const atOnce = postWait === 0 && (continuation === "auto-continue" || leastFrames(list, cue) === 0);
  if (follows && atOnce && (parent === null || isLink)) {
    const next = follower(list, key);
    if (next !== undefined) started.push(next);
    else if (group?.kind === "group" && (group.rounds === null || group.rounds > 1)) {
      started.push(group.children[0]);
    }
  }
  return started;
}

/** Frames of a deed at least; Infinity: it does not end by itself. */
export function leastFrames(list: CueList, { deed, armed }: ListedCue): number {
  if (!armed) return 0;
  switch (deed.kind) {
    case "play": {
      if (deed.parts.some(({ count }) => count === null)) return Infinity;
      const length = planLength(deed.parts);
      return length === null ? 1 : length / deed.rate;
    }
    case "note":
    case "fade":
    case "parameter":
    case "wait":
      return deed.frames;
    case "group": {
      const lengths = deed.children.map((child) =>
        list.cues[child].preWait + leastFrames(list, list.cues[child])
      );
      if (deed.mode === "simultaneous") return Math.max(...lengths);
      if (deed.mode === "random") return Math.min(...lengths);
      const round = lengths.reduce((sum, length) => sum + length, 0);
      return deed.rounds === null ? Infinity : round * deed.rounds;
    }
    default:
      return 0;
  }
}
