import type { Oversampling } from "../distortion/oversampled.ts";
import { integerFeedback } from "../signal/feedback.ts";
import type { Integer, Signal } from "../signal/signal.ts";

/** Turns in one step of a 32-bit phase. */
export const turnsPerStep = 2 ** -32;

/** The place of an oscillator in its period, and its movement in a frame. */
export interface Phase {
  /** A turn is 2^32, so wrapping costs nothing, and rounding does not affect the pitch however long a note lasts. */
  readonly phase: Integer;
  /** Turns a frame. */
  readonly increment: Signal<"1">;
  /** The same in steps of the phase. */
  readonly step: Integer;
}

/** Counts from phase 0. */
const fromZero = (next: (previous: Integer) => Integer) => integerFeedback(0, next);

/**
 * Counts periods. Frequencies from 0 up to half the sample rate.
 *
 * @param count begins the phase at 0, or, with `seededFeedback`, at its own place for every note and voice
 */
export function phaseOf(frequencyHz: Signal<"Hz">, sampleRateHz: number, count = fromZero): Phase {
  const increment = frequencyHz.ratio(sampleRateHz);
  const step = increment.times(1 / turnsPerStep).toInteger();
  let phase: Integer | undefined;
  count((previous) => (phase = previous).plus(step));
  return { phase: phase!, increment, step };
}

/** The phase at several points of a frame, earliest first; the last is the frame's own. */
export function phasePoints({ phase, increment, step }: Phase, times: Oversampling): readonly Phase[] {
  const shift = Math.log2(times);
  const part = step.shiftRight(shift);
  return Array.from({ length: times }, (_, point) => ({
    phase: Array.from({ length: times - 1 - point }).reduce<Integer>((at) => at.minus(part), phase),
    increment: increment.times(1 / times),
    step: part,
  }));
}

/** A phase as turns from -1/2 to 1/2. */
export function signedTurns(phase: Integer): Signal<"1"> {
  return phase.toFloat().times(turnsPerStep);
}

/** Range of every oscillator's frequency: beyond half of 44.1 kHz nothing is left to hear. */
export const oscillatorFrequency = {
  unit: "Hz",
  min: 0,
  max: 20_000,
  default: 440,
  curve: "linear",
  smoothingSeconds: 0,
  why: "pitch; at most 0.45 of the sample rate, where a band-limited wave is nearly a sine",
} as const;

/** Keeps a frequency where an oscillator can follow it. */
export function playable(frequencyHz: Signal<"Hz">, sampleRateHz: number): Signal<"Hz"> {
  return sampleRateHz * 0.45 < oscillatorFrequency.max
    ? frequencyHz.atMost(sampleRateHz * 0.45)
    : frequencyHz;
}
