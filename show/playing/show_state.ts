import type { CueList, ListedCue } from "./cue_list.ts";
import type { LevelRamp } from "./level_ramp.ts";
import type { PlanPart } from "./playback_plan.ts";

/** Where a running cue is: before its deed, in it, fading out because it was stopped, or behind it, in its post-wait. */
export type CueStage = "preWait" | "deed" | "stopping" | "postWait";

/** One cue that runs. Frames are absolute; while it is paused they stand as they were when it was. */
export interface RunningCue {
  readonly id: number;
  /** As it was when it started: an edit of the show does not change what plays. */
  readonly cue: ListedCue;
  /** The running group that started it; null: the list. */
  parent: number | null;
  stage: CueStage;
  readonly startedAt: number;
  deedAt: number;
  /** End of the deed, or of the fade that stops it; null: not known. */
  endsAt: number | null;
  /** When the next cue starts; null: not by time. */
  continueAt: number | null;
  /** Whether the cue after it has been started. */
  hasGoneOn: boolean;
  /** Fade at its beginning, of a playlist that crossfades; 0: as the cue says. */
  readonly fadeIn: number;
  pausedAt: number | null;
  player: number | null;
  /** Of a file: the frame at which its plan begins, and the plan. */
  origin: number;
  parts: readonly PlanPart[];
  level: LevelRamp | null;
  /** Of a fade, the running cues whose levels it moves; of a devamp, those that it lets go on. */
  holds: number[];
  /** Whether a later fade has the parameter of this one. */
  isOvertaken: boolean;
  /** Of a group: keys that are still to come in this round, and rounds after it; null: without end. */
  queue: string[];
  rounds: number | null;
}

/** Everything that a show remembers. Plain data: written as JSON and read again it goes on where it was. */
export interface ShowState {
  frame: number;
  /** Key of the cue that GO starts; null: the end of the list. */
  playhead: string | null;
  /** In the order of their starts. */
  running: RunningCue[];
  nextId: number;
  lastGo: number | null;
  /** End of the fade of a panic; null: there was none. */
  panicEnds: number | null;
  /** Cues that were armed or disarmed. */
  armed: Record<string, boolean>;
  /** Frames after their beginnings at which loaded cues start. */
  loaded: Record<string, number>;
  /** Children of random groups that have not had their turn. */
  pools: Record<string, string[]>;
  /** State of the generator, 32 bits. */
  random: number;
  /** Names of audio inputs that are silent; omitted: none was yet. */
  silentInputs?: string[];
}

/** A show before its first GO. */
export function initialShowState({ order, seed }: CueList, frame = 0): ShowState {
  return {
    ...{ frame, playhead: order[0] ?? null, running: [], nextId: 1, lastGo: null, panicEnds: null },
    ...{ armed: {}, loaded: {}, pools: {}, random: seed >>> 0 },
  };
}
