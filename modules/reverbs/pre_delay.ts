import { DelayLine } from "../signal/delay_line.ts";
import type { Signal } from "../signal/signal.ts";
import { fadedRead } from "../time/moved_tap.ts";

/** Preset of the time before a reverb answers; a table spreads it and adds `why`. */
export const preDelay = {
  unit: "s",
  min: 0,
  max: 0.25,
  default: 0.01,
  curve: "linear",
  smoothingSeconds: 0,
} as const;

/** The input later by the pre-delay, in whole frames; another one fades in, so that no move bends the pitch. */
export function preDelayed(
  input: Signal<"1">,
  seconds: Signal<"s">,
  sampleRateHz: number,
): Signal<"1"> {
  const line = new DelayLine(Math.ceil(preDelay.max * sampleRateHz) + 1);
  line.write(input);
  return fadedRead(line, seconds.ratio(1 / sampleRateHz), sampleRateHz);
}
