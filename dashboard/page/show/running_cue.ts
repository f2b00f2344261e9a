/** A running cue at a frame: what it does, how far it is, and what is left. */
import type { RunningCueView } from "../../protocol.ts";

export interface CueProgress {
  /** What it does now. */
  readonly word: "pre-wait" | "runs" | "stops" | "post-wait" | "paused";
  /** To the end of its stage; null: it does not end by itself, or its end is not known. */
  readonly remainingSeconds: number | null;
  /** Since its start. */
  readonly elapsedSeconds: number;
  /** Part of its stage that is over; null: not known. */
  readonly part: number | null;
}

const words: Readonly<Record<RunningCueView["stage"], CueProgress["word"]>> = {
  preWait: "pre-wait",
  deed: "runs",
  stopping: "stops",
  postWait: "post-wait",
};

/** What is said of a running cue. */
export function progressOf(
  cue: RunningCueView,
  now: { readonly frame: number; readonly sampleRateHz: number },
): CueProgress {
  const { stage, paused, pausedAtFrame, startedAtFrame, deedAtFrame, endsAtFrame } = cue;
  const { sampleRateHz } = now;
  const frame = paused ? pausedAtFrame ?? now.frame : now.frame;
  const beginsAt = stage === "preWait" ? startedAtFrame : deedAtFrame;
  const remaining = endsAtFrame === null ? null : Math.max(0, endsAtFrame - frame);
  const isKnown = endsAtFrame !== null && endsAtFrame > beginsAt && stage !== "postWait";
  return {
    word: paused ? "paused" : words[stage],
    remainingSeconds: remaining === null ? null : remaining / sampleRateHz,
    elapsedSeconds: Math.max(0, frame - startedAtFrame) / sampleRateHz,
    part: isKnown ? Math.min(1, Math.max(0, (frame - beginsAt) / (endsAtFrame - beginsAt))) : null,
  };
}
