import { integerFeedback } from "../signal/feedback.ts";
import type { Condition, Signal } from "../signal/signal.ts";

/**
 * A random number from 0 up to, not including, 1. It changes in each frame in which a condition holds. All channels and voices
 * get the same number, so that left and right play the same notes; every seed gives its own sequence.
 *
 * Xorshift of 32 bits, see noise.
 */
export function chance(seed: number, when: Condition): Signal<"1"> {
  const bits = integerFeedback(startOf(seed), (previous) => {
    const first = previous.xor(previous.shiftLeft(13));
    const second = first.xor(first.shiftRightUnsigned(17));
    return when.selectInteger(second.xor(second.shiftLeft(5)), previous);
  });
  return bits.shiftRightUnsigned(8).toFloat().times(2 ** -24);
}

/** Spreads seeds that lie side by side over all 32 bits; never zero, where xorshift would stay. */
function startOf(seed: number): number {
  let bits = Math.imul(seed + 1, 0x9E3779B1);
  bits = Math.imul(bits ^ bits >>> 15, 0x85EBCA77);
  bits = Math.imul(bits ^ bits >>> 13, 0xC2B2AE3D);
  return (bits ^ bits >>> 16) || 1;
}

/** Whether a value can be the seed of a {@link chance}. */
export function isSeed(seed: unknown): boolean {
  return Number.isInteger(seed) && (seed as number) >= 0 && (seed as number) < 2 ** 31;
}
