import type { Curve } from "../file/show_file.ts";

/** A level on its way, counted in frames of the engine. */
export interface LevelRamp {
  /** At its beginning; null: silence. */
  readonly fromDb: number | null;
  readonly toDb: number;
  readonly curve: Curve;
  readonly at: number;
  readonly frames: number;
}

/** Silence, where a curve needs a number of decibels. */
const silenceDb = -120;

/** The level at a frame; null: silence. */
export function levelAt({ fromDb, toDb, curve, at, frames }: LevelRamp, frame: number): number | null {
  if (frame >= at + frames) return toDb;
  if (frame <= at) return fromDb;
  const progress = (frame - at) / frames;
  if (curve === "decibel") return (fromDb ?? silenceDb) + (toDb - (fromDb ?? silenceDb)) * progress;
  const from = fromDb === null ? 0 : 10 ** (fromDb / 20);
  const to = 10 ** (toDb / 20);
  // equal powers: a quarter of a sine upwards, of a cosine downwards
  const amplitude = curve === "equal-power" && to < from
    ? to + (from - to) * shape(curve, 1 - progress)
    : from + (to - from) * shape(curve, progress);
  return amplitude > 0 ? 20 * Math.log10(amplitude) : null;
}

function shape(curve: Exclude<Curve, "decibel">, progress: number): number {
  switch (curve) {
    case "linear":
      return progress;
    case "s-curve":
      return (1 - Math.cos(Math.PI * progress)) / 2;
    case "equal-power":
      return Math.sin(Math.PI * progress / 2);
  }
}
