import { defineModule } from "../signal/module.ts";
import { integerFeedback } from "../signal/feedback.ts";
import type { Condition } from "../signal/signal.ts";
import { intervalOf, unknownInterval } from "./interval.ts";
import { stepCount, stepInputs } from "./step_count.ts";

const factor = { unit: "1", min: 1, default: 1, curve: "linear", smoothingSeconds: 0 } as const;

/**
 * Slower and faster clocks. Clocks between two clocks are placed by the time between the two before, so the first interval has
 * none in between, and one interval after a change of tempo is off.
 */
export const clockDivider = defineModule({
  name: "clockDivider",
  summary: "divides and multiplies a clock, and lets it swing",
  source: "counting; between clocks by the length of the interval before",
  inputs: stepInputs,
  parameters: {
    divide: { ...factor, max: 96, why: "clocks of which the first one passes; whole numbers" },
    multiply: {
      ...factor,
      max: 64,
      why: "clocks that each passing one becomes, at equal distances; whole numbers",
    },
    swing: {
      unit: "1",
      min: 0,
      max: 0.9,
      default: 0,
      curve: "linear",
      smoothingSeconds: 0,
      why: "how late every second one is, as a part of the distance; 0.33 are triplets",
    },
  },
  options: {},
  process: ({ clock, reset, divide, multiply, swing }) => {
    const times = multiply.rounded().toInteger();
    const taken = clock.and(stepCount(clock, reset, divide.rounded().toInteger()).equals(0));
    const { since, last } = intervalOf(taken);
    const known = last.isBelow(unknownInterval);
    const late = known.selectInteger(last.toFloat().times(swing).toInteger(), 0);

    // 0 and 1 in turn, 0 first: with an odd number of clocks in each group, groups begin on either foot
    const group = integerFeedback(1, (before) => {
      const from = reset.selectInteger(1, before);
      return taken.selectInteger(from.xor(1), from);
    });
    let gives: Condition | undefined;
    integerFeedback(64, (given) => {
      const next = taken.selectInteger(0, given);
      const isOdd = next.plus(group.and(times)).and(1).equals(1);
      const moment = next.times(last).plus(isOdd.selectInteger(late, 0));
      // `since` may be the unknown interval, but then no clock is left to give
      const isDue = since.times(times).isBelow(moment).not();
      gives = next.isBelow(times).and(isDue.and(known).or(next.equals(0).and(known.not())));
      return gives.selectInteger(next.plus(1), next);
    });
    return gives!;
  },
});
