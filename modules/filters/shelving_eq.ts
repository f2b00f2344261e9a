import { defineModule } from "../signal/module.ts";
import { constant } from "../signal/signal.ts";
import { equaliserGainDb, rootGain } from "./parametric_eq.ts";
import { twoIntegrators, warped } from "./state_variable.ts";
import { cutoff } from "./cutoff.ts";

/** Raises or lowers everything below, or everything above, a frequency. */
export const shelvingEq = defineModule({
  name: "shelvingEq",
  summary: "raises or lowers everything below a frequency, or everything above it",
  source: "A. Simper: Linear trapezoidal integrated state variable filter, Cytomic (2013): shelves",
  inputs: { input: { kind: "1", why: "what is shaped" } },
  parameters: {
    frequencyHz: {
      ...cutoff,
      min: 10,
      default: 200,
      why: "middle of the slope, where half of the decibels are reached; kept below 0.49 of the sample rate",
    },
    gainDb: equaliserGainDb,
    q: {
      unit: "1",
      min: 0.3,
      max: 2,
      default: Math.SQRT1_2,
      curve: "exponential",
      smoothingSeconds: 0.02,
      why: "how steep: up to 0.707 the slope only rises or only falls, above it bends over at both ends",
    },
  },
  /** The side of the frequency: `low` or `high`. */
  options: { shelf: "low" as "low" | "high" },
  process: ({ input, frequencyHz, gainDb, q }, { shelf }, { sampleRateHz, reject }) => {
    if (shelf !== "low" && shelf !== "high") reject("shelf", `expected "low" or "high", found "${shelf}"`);
    const damping = constant(1).over(q);
    const middle = warped(frequencyHz, sampleRateHz);
    const root = rootGain(gainDb, 2);
    const quarter = rootGain(gainDb, 4);
    const whole = rootGain(gainDb, 1);
    if (shelf === "low") {
      const { low, band } = twoIntegrators(input, middle.over(quarter), damping);
      return input.plus(band.times(damping.times(root.minus(1)))).plus(low.times(whole.minus(1)));
    }
    const { low, band } = twoIntegrators(input, middle.times(quarter), damping);
    const banded = band.times(damping.times(constant(1).minus(root).times(root)));
    return input.times(whole).plus(banded).plus(low.times(constant(1).minus(whole)));
  },
});
