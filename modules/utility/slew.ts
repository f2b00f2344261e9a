import { defineModule } from "../signal/module.ts";
import { feedbackOf } from "../signal/feedback.ts";
import { constant } from "../signal/signal.ts";

/**
 * Follows a signal at a limited rate. A step may be too small to add to the value in 32 bits, so the rounding error of each
 * sum is carried into the next.
 */
export const slew = defineModule({
  name: "slew",
  summary: "limits how fast a signal rises and falls",
  source: "slew rate; sum compensated as by W. Kahan: Further remarks on reducing truncation errors (1965)",
  inputs: { input: { kind: "1", why: "where to go; the first value is taken at once" } },
  parameters: {
    riseSeconds: {
      unit: "s",
      min: 0,
      max: 60,
      default: 0.05,
      curve: "linear",
      smoothingSeconds: 0,
      why: "time to rise by 1; 0 at once",
    },
    fallSeconds: {
      unit: "s",
      min: 0,
      max: 60,
      default: 0.05,
      curve: "linear",
      smoothingSeconds: 0,
      why: "time to fall by 1; 0 at once",
    },
  },
  options: {},
  process: ({ input, riseSeconds, fallSeconds }, _options, { sampleRateHz }) => {
    const [rise, fall] = [riseSeconds, fallSeconds].map((time) =>
      constant<"s">(1 / sampleRateHz).ratio(time.atLeast(1e-30))
    );
    return feedbackOf({ value: 0, lost: 0, begun: 0 }, ({ value, lost, begun }) => {
      const way = input.minus(value).minus(lost);
      const step = way.within(fall.negated(), rise);
      const exact = step.plus(lost);
      const moved = value.plus(exact);
      const arrives = step.equals(way).or(begun.equals(0));
      return {
        value: arrives.select(input, moved),
        lost: arrives.select(0, exact.minus(moved.minus(value))),
        begun: constant(1),
      };
    }).value;
  },
});
