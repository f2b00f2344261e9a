import { channel, channels } from "../signal/channels.ts";
import type { Signal } from "../signal/signal.ts";

/** A number for the left and one for the right channel. Main mix only. */
export function sides(left: number, right: number): Signal<"1"> {
  return channels(left, right);
}

/** Left and right exchanged. Main mix only. */
export function swapped(stereo: Signal<"1">): Signal<"1"> {
  return channels(channel(stereo, 1), channel(stereo, 0));
}

/** The mean of left and right, in all channels. Main mix only. */
export function monoOf(stereo: Signal<"1">): Signal<"1"> {
  return channel(stereo, 0).plus(channel(stereo, 1)).times(0.5);
}

/**
 * Bound of the signal in a feedback loop: 24 dB above full scale. Smaller signals pass unchanged; the bound keeps the loop from
 * growing without end, at any parameters.
 */
const loopCeiling = 16;

/** Limits the signal of a feedback loop to {@link loopCeiling}. */
export function heldInLoop(signal: Signal<"1">): Signal<"1"> {
  return signal.within(-loopCeiling, loopCeiling);
}
