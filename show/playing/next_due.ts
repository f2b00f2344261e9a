import type { RunningCue, ShowState } from "./show_state.ts";

/** Moments of a cue; those of one frame happen in this order. */
const moments = ["ends", "continues", "begins"] as const;

/** A moment of a running cue. */
export interface Due {
  readonly cue: RunningCue;
  readonly frame: number;
  readonly moment: typeof moments[number];
}

/** What comes next of everything that runs and is not paused; undefined: nothing by itself. */
export function nextDue({ running }: ShowState): Due | undefined {
  let first: Due & { readonly order: number } | undefined;
  for (const cue of running) {
    if (cue.pausedAt !== null) continue;
    const times = [
      cue.stage === "deed" || cue.stage === "stopping" ? cue.endsAt : null,
      cue.continueAt,
      cue.stage === "preWait" ? cue.deedAt : null,
    ];
    for (const [order, frame] of times.entries()) {
      if (frame === null) continue;
      if (first && (frame > first.frame || (frame === first.frame && order >= first.order))) continue;
      first = { cue, frame, moment: moments[order], order };
    }
  }
  return first;
}
