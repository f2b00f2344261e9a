/** What the engine shows of the show that it plays: plain data for OSC, the page and remotes. Frames are those of the engine. */

/** One cue of the list. */
export interface CueView {
  /** Its number, else words of its own; the same in an edited show as long as the cue is the same. */
  readonly key: string;
  readonly number?: string;
  readonly name: string;
  readonly kind: string;
  readonly notes: string;
  readonly colour: string;
  /** As the show says; {@link ShowStatusView.armed} has what was changed since. */
  readonly armed: boolean;
  /** Groups that it lies in. */
  readonly depth: number;
  /** Key of its group; omitted: it lies in the list itself. */
  readonly parentKey?: string;
  readonly continue: "none" | "auto-continue" | "auto-follow";
  readonly preWaitSeconds: number;
  readonly postWaitSeconds: number;
  /** Of what it does; null: it does not end by itself, or its end is not known. */
  readonly lengthSeconds: number | null;
  /** What it does, in one line. */
  readonly text: string;
  /** Of a cue that plays one. */
  readonly file?: string;
}

/** The list; it changes only with a load or an edit. */
export interface ShowListView {
  readonly file: string;
  readonly name: string;
  readonly notes: string;
  /** Another one after each load and edit. */
  readonly revision: number;
  readonly goGuardSeconds: number;
  readonly panicSeconds: number;
  readonly outputs: readonly string[];
  /** In their order; the cues of a group follow it. */
  readonly cues: readonly CueView[];
}

/** One cue that runs. While it is paused its frames stand as they were when it was. */
export interface RunningCueView {
  /** Of this start of the cue. */
  readonly id: number;
  readonly key: string;
  readonly number?: string;
  readonly name: string;
  readonly stage: "preWait" | "deed" | "stopping" | "postWait";
  readonly paused: boolean;
  /** Of one that is paused. */
  readonly pausedAtFrame?: number;
  readonly startedAtFrame: number;
  readonly deedAtFrame: number;
  /** End of its stage; null: it does not end by itself, or its end is not known. */
  readonly endsAtFrame: number | null;
  /** Of a sound; null: silence. Omitted: it makes none. */
  readonly levelDb?: number | null;
  /** Of a sound, from 1 on. */
  readonly player?: number;
  /** Of a sound in a part that repeats: the pass that plays, from 1 on; `of` null: until it is told to go on. */
  readonly loop?: { readonly pass: number; readonly of: number | null };
}

export interface ShowStatusView {
  /** That the device takes next. */
  readonly frame: number;
  readonly sampleRateHz: number;
  /** Key of the cue that GO starts; null: the end of the list. */
  readonly playhead: string | null;
  /** Key of the cue at which the playhead would be after GO. */
  readonly next: string | null;
  /** Whether everything that runs is paused. */
  readonly paused: boolean;
  /** End of the fade of a panic that still runs. */
  readonly panicUntilFrame: number | null;
  /** In the order of the starts. */
  readonly running: readonly RunningCueView[];
  /** What differs from the list. */
  readonly armed: Readonly<Record<string, boolean>>;
  /** Names of the inputs of the show that are silent. */
  readonly silentInputs: readonly string[];
  /** The last 20. */
  readonly notices: readonly { readonly frame: number; readonly text: string }[];
  readonly lastGo?: { readonly frame: number; readonly key: string };
}
