import type { Integer, Signal } from "../signal/signal.ts";

/** The next of 2^32 − 1 pseudo-random numbers; never zero after a number other than zero. */
export function nextRandom(previous: Integer): Integer {
  const first = previous.xor(previous.shiftLeft(13));
  const second = first.xor(first.shiftRightUnsigned(17));
  return second.xor(second.shiftLeft(5));
}

/** All bits of a random number as a float from -1 to 1. */
export function signedUnit(random: Integer): Signal<"1"> {
  return random.toFloat().times(2 ** -31);
}
