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
 * The most that goes round in an effect that feeds back: 24 dB above full scale. What is within it is not touched; it is
 * there so that nothing grows without end, whatever a patch does with the parameters.
 */
const loopCeiling = 16;

/** Keeps what goes round below {@link loopCeiling}. */
export function heldInLoop(signal: Signal<"1">): Signal<"1"> {
  return signal.within(-loopCeiling, loopCeiling);
}
