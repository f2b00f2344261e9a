import { conditionFeedback, feedback } from "../signal/feedback.ts";
import type { Condition, Signal, Unit } from "../signal/signal.ts";

/** What a signal was when a condition last held; before it has ever held, what the signal was in the first frame. */
export function held<U extends Unit>(signal: Signal<U>, when: Condition): Signal<U> {
  let begun = when;
  conditionFeedback(false, (before) => {
    begun = before;
    return before.or(before.not());
  });
  return feedback<U>(0, (before) => when.or(begun.not()).select(signal, before));
}
