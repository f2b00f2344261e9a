import { buildTuning } from "../signal/build_context.ts";
import type { Signal } from "../signal/signal.ts";
import { table } from "../signal/table.ts";

/** Number of keys in a tuning. */
export const tunedKeys = 128;

/**
 * The pitch of a key in the tuning that the patch is built for, in semitones of equal temperament. Between two keys, as in
 * a glide or a unison, it lies on the straight line from one to the other. Equal temperament costs nothing.
 */
export function tuned(number: Signal<"semitones">): Signal<"semitones"> {
  const pitches = buildTuning();
  if (pitches === undefined) return number;
  const key = number.within(0, tunedKeys - 1);
  const below = key.atMost(tunedKeys - 2).floor();
  const lookUp = table(pitches);
  const [from, to] = [0, 1].map((step) => lookUp(below.toInteger().plus(step)));
  return from.plus(to.minus(from).times(key.minus(below).as("1"))).as("semitones");
}
