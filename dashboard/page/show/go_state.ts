/** What GO would do now. */
import type { ShowListView, ShowStatusView } from "../../protocol.ts";

export interface GoState {
  /** `guard`: a second GO is ignored now; `end`: there is no cue to start. */
  readonly kind: "ready" | "guard" | "end";
  /** Part of the guard that is left. */
  readonly guardPart: number;
}

/** The state of GO at a frame. */
export function goStateOf(
  { goGuardSeconds }: Pick<ShowListView, "goGuardSeconds">,
  { playhead, lastGo, sampleRateHz }: Pick<ShowStatusView, "playhead" | "lastGo" | "sampleRateHz">,
  frame: number,
): GoState {
  const guardFrames = goGuardSeconds * sampleRateHz;
  const left = lastGo === undefined ? 0 : lastGo.frame + guardFrames - frame;
  if (left > 0 && guardFrames > 0) return { kind: "guard", guardPart: Math.min(1, left / guardFrames) };
  return { kind: playhead === null ? "end" : "ready", guardPart: 0 };
}

/** Seconds of the fade of a panic that still runs: a second panic within it is silent at once; 0: none runs. */
export function panicSecondsLeft(
  { panicUntilFrame, sampleRateHz }: Pick<ShowStatusView, "panicUntilFrame" | "sampleRateHz">,
  frame: number,
): number {
  return panicUntilFrame === null ? 0 : Math.max(0, panicUntilFrame - frame) / sampleRateHz;
}
