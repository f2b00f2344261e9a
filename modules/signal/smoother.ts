import { oneMinusExp } from "./math.ts";
import { feedback } from "./feedback.ts";
import { constant, type Signal } from "./signal.ts";

/** The part of the way that a one-pole of this corner frequency goes in a frame. */
export function paceOfHz(cutoffHz: Signal<"Hz">, sampleRateHz: number): Signal<"1"> {
  return oneMinusExp(cutoffHz.atMost(sampleRateHz * 0.49).ratio(sampleRateHz / (2 * Math.PI)));
}

/** The part of the way that a one-pole of this time constant goes in a frame; all of it where the time is 0. */
export function paceOfSeconds(seconds: Signal<"s">, sampleRateHz: number): Signal<"1"> {
  return oneMinusExp(constant<"s">(1 / sampleRateHz).ratio(seconds.atLeast(1e-9)).atMost(100));
}

/** One-pole low-pass: a part of the way to its input, each frame. Never further than its input, however it is moved. */
export function smoothed(input: Signal<"1">, pace: Signal<"1">): Signal<"1"> {
  return feedback(0, (level) => level.plus(input.minus(level).times(pace)));
}
