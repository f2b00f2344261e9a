import { defineModule } from "../signal/module.ts";
import type { Integer, Signal } from "../signal/signal.ts";
import { stepCount, stepInputs } from "./step_count.ts";

const maxSteps = 32;

/** The remainder of whole numbers, exact below 2^16. */
function remainder(dividend: Integer, divisor: Signal<"1">): Integer {
  const times = dividend.toFloat().plus(0.5).over(divisor).floor().toInteger();
  return dividend.minus(times.times(divisor.toInteger()));
}

/** A number of hits in a number of steps, spread as evenly as possible: the rhythms of half the world. */
export const euclid = defineModule({
  name: "euclid",
  summary: "k hits in n steps, as evenly as can be, rotated",
  source:
    "G. Toussaint: The Euclidean algorithm generates traditional musical rhythms (2005); step i is a hit where " +
    "i·k mod n < k",
  inputs: stepInputs,
  parameters: {
    hits: {
      unit: "1",
      min: 0,
      max: maxSteps,
      default: 3,
      curve: "linear",
      smoothingSeconds: 0,
      why: "how many; from the number of steps on, every step is one; whole numbers",
    },
    steps: {
      unit: "1",
      min: 1,
      max: maxSteps,
      default: 8,
      curve: "linear",
      smoothingSeconds: 0,
      why: "length of the rhythm; whole numbers",
    },
    rotation: {
      unit: "1",
      min: 0,
      max: maxSteps - 1,
      default: 0,
      curve: "linear",
      smoothingSeconds: 0,
      why: "with which step of the rhythm it begins; whole numbers",
    },
  },
  options: {},
  process: ({ clock, reset, hits, steps, rotation }) => {
    const length = steps.rounded();
    const count = hits.rounded().toInteger();
    const step = stepCount(clock, reset, length.toInteger());
    const place = step.isBelow(0).selectInteger(0, step).plus(rotation.rounded().toInteger());
    const isHit = remainder(remainder(place, length).times(count), length).isBelow(count);
    return {
      /** True in the frame of a hit, and in that of a step without one. */
      hit: clock.and(isHit),
      rest: clock.and(isHit.not()),
    };
  },
});
