import { integerFeedback } from "../signal/feedback.ts";
import type { Condition, Integer } from "../signal/signal.ts";

/** Inputs of all modules that advance by a step with each clock. */
export const stepInputs = {
  clock: {
    kind: "condition",
    why: "goes one step further in each frame in which it holds: a transport's or a divider's trigger",
  },
  reset: {
    kind: "condition",
    optional: true,
    why: "the next clock, or the one of the same frame, is the first step",
  },
} as const;

/** Index of the current step, from 0; -1 before the first. */
export function stepCount(clock: Condition, reset: Condition, steps: Integer | number): Integer {
  return integerFeedback(-1, (previous) => {
    const from = reset.selectInteger(-1, previous);
    const next = from.plus(1);
    return clock.selectInteger(next.isBelow(steps).selectInteger(next, 0), from);
  });
}
