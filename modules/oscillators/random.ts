import type { Integer, Signal } from "../signal/signal.ts";

/** The next of 2^32 − 1 numbers in an order without order; never zero after a number that is not. */
export function nextRandom(previous: Integer): Integer {
  const first = previous.xor(previous.shiftLeft(13));
  const second = first.xor(first.shiftRightUnsigned(17));
  return second.xor(second.shiftLeft(5));
}

/** A random number, all bits of it, as one from -1 to 1. */
export function signedUnit(random: Integer): Signal<"1"> {
  return random.toFloat().times(2 ** -31);
}
