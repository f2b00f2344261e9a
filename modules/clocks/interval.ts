import { conditionFeedback, integerFeedback } from "../signal/feedback.ts";
import type { Condition, Integer, Signal } from "../signal/signal.ts";

/** Frames beyond which an interval counts as unknown: almost six minutes at 48 kHz. Times 64 it fits into 31 bits. */
export const unknownInterval = 2 ** 24;

/** Distances in frames between the moments in which a condition holds. */
export interface Interval {
  /** Frames since it last held; 0 in that frame. */
  readonly since: Integer;
  /** Frames between the last two; {@link unknownInterval} before there are two. */
  readonly last: Integer;
}

/** Counts frames from clock to clock. */
export function intervalOf(clock: Condition): Interval {
  let elapsed: Integer | undefined;
  const since = integerFeedback(unknownInterval, (previous) => {
    elapsed = previous.isBelow(unknownInterval).selectInteger(previous.plus(1), unknownInterval);
    return clock.selectInteger(0, elapsed);
  });
  const last = integerFeedback(unknownInterval, (previous) => clock.selectInteger(elapsed!, previous));
  return { since, last };
}

/**
 * True from a step that plays, for a part of the time between clocks; while that time is unknown, until the next clock. With
 * 1 or more it lasts until the next step, and through it if that step plays too.
 */
export function gateOf(plays: Condition, clock: Condition, part: Signal<"1">): Condition {
  const { since, last } = intervalOf(clock);
  const sounding = conditionFeedback(false, (before) => plays.or(before.and(clock.not())));
  const short = since.toFloat().isBelow(last.toFloat().times(part).rounded().atLeast(1));
  return sounding.and(part.isAtLeast(1).or(short));
}
