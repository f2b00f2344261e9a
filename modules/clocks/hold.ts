import { conditionFeedback, feedback } from "../signal/feedback.ts";
import type { Condition, Signal, Unit } from "../signal/signal.ts";

/** The value of a signal when a condition last held; before that, its value in the first frame. */
export function held<U extends Unit>(signal: Signal<U>, when: Condition): Signal<U> {
  let begun = when;
  conditionFeedback(false, (before) => {
    begun = before;
    return before.or(before.not());
  });
  return feedback<U>(0, (before) => when.or(begun.not()).select(signal, before));
}
