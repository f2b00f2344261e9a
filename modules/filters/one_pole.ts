import { defineModule } from "../signal/module.ts";
import { feedback } from "../signal/feedback.ts";
import { warped } from "./state_variable.ts";
import { cutoff } from "./cutoff.ts";

/** The gentlest filter there is; stays stable however fast the cutoff moves. */
export const onePole = defineModule({
  name: "onePole",
  summary: "a filter of 6 dB an octave: low and high, which add up to what came in",
  source: "V. Zavalishin: The art of VA filter design (2012), 3.10: trapezoidal one-pole",
  inputs: { input: { kind: "1", why: "what is filtered" } },
  parameters: {
    cutoffHz: {
      ...cutoff,
      min: 1,
      why: "-3 dB here, for low and high alike; kept below 0.49 of the sample rate",
    },
  },
  options: {},
  process: ({ input, cutoffHz }, _options, { sampleRateHz }) => {
    const g = warped(cutoffHz, sampleRateHz);
    const gain = g.over(g.plus(1));
    let low = input;
    feedback(0, (state) => {
      const move = input.minus(state).times(gain);
      low = state.plus(move);
      return low.plus(move);
    });
    return { low, high: input.minus(low) };
  },
});
