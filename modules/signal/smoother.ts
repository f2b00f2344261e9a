import { oneMinusExp } from "./math.ts";
import { feedback } from "./feedback.ts";
import { constant, type Signal } from "./signal.ts";

/** Part of the way to its input that a one-pole with this corner frequency covers in a frame. */
export function paceOfHz(cutoffHz: Signal<"Hz">, sampleRateHz: number): Signal<"1"> {
  return oneMinusExp(cutoffHz.atMost(sampleRateHz * 0.49).ratio(sampleRateHz / (2 * Math.PI)));
}

/** Part of the way to its input that a one-pole with this time constant covers in a frame; all of it for a time of 0. */
export function paceOfSeconds(seconds: Signal<"s">, sampleRateHz: number): Signal<"1"> {
  return oneMinusExp(constant<"s">(1 / sampleRateHz).ratio(seconds.atLeast(1e-9)).atMost(100));
}

/** One-pole low-pass: in each frame it covers a part of the way to its input. It never overshoots, however the pace moves. */
export function smoothed(input: Signal<"1">, pace: Signal<"1">): Signal<"1"> {
  return feedback(0, (level) => level.plus(input.minus(level).times(pace)));
}
