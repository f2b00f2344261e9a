import type { CueList } from "./cue_list.ts";
import { levelAt } from "./level_ramp.ts";
import type { CueStage, ShowState } from "./show_state.ts";

/** One running cue as an operator sees it. */
export interface RunningView {
  readonly key: string;
  readonly name: string;
  readonly stage: CueStage;
  readonly isPaused: boolean;
  readonly elapsedSeconds: number;
  /** To the end of its stage; null: it does not end by itself, or its end is not known. */
  readonly remainingSeconds: number | null;
  /** Of a sound; null: silence. Omitted: it makes none. */
  readonly levelDb?: number | null;
}

/** Everything that runs, in the order of the starts. */
export function runningCues({ sampleRateHz }: CueList, { running, frame }: ShowState): RunningView[] {
  return running.map(({ cue, stage, pausedAt, startedAt, deedAt, endsAt, continueAt, level, player }) => {
    const now = pausedAt ?? frame;
    const until = stage === "preWait" ? deedAt : stage === "postWait" ? continueAt : endsAt;
    return {
      ...{ key: cue.key, name: cue.name, stage, isPaused: pausedAt !== null },
      elapsedSeconds: (now - startedAt) / sampleRateHz,
      remainingSeconds: until === null ? null : Math.max(0, until - now) / sampleRateHz,
      ...(player === null || level === null ? {} : { levelDb: levelAt(level, now) }),
    };
  });
}
