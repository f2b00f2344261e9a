/**
 * Fades of parameters as values in steps: a parameter of a patch has no curve of its own, and smooths each step. Main isolate.
 */
import type { FadeCurveName } from "../control/control.ts";

export interface ParameterFade {
  readonly address: string;
  readonly fromFrame: number;
  readonly from: number;
  readonly to: number;
  readonly frames: number;
  readonly curve: FadeCurveName;
}

/** The value of a parameter at a frame of its fade. */
export function fadeValue({ fromFrame, from, to, frames, curve }: ParameterFade, frame: number): number {
  const progress = frames === 0 ? 1 : Math.min(1, Math.max(0, (frame - fromFrame) / frames));
  if (progress === 1) return to;
  switch (curve) {
    case "s-curve":
      return from + (to - from) * (1 - Math.cos(Math.PI * progress)) / 2;
    case "equal-power":
      return from + (to - from) *
          (to > from ? Math.sin(Math.PI * progress / 2) : 1 - Math.cos(Math.PI * progress / 2));
    case "decibel": // equal ratios in equal times, where there are ratios
      return from > 0 && to > 0 ? from * (to / from) ** progress : from + (to - from) * progress;
    case "linear":
      return from + (to - from) * progress;
  }
}

/** Frames of a fade at which it is given a value, between two frames, the second one left out: every `step`, and its end. */
export function fadeFrames(fade: ParameterFade, step: number, from: number, to: number): number[] {
  const end = fade.fromFrame + fade.frames;
  const first = Math.max(fade.fromFrame, fade.fromFrame + Math.ceil((from - fade.fromFrame) / step) * step);
  const frames: number[] = [];
  for (let frame = first; frame < Math.min(end, to); frame += step) frames.push(frame);
  if (end >= from && end < to) frames.push(end);
  return frames;
}
