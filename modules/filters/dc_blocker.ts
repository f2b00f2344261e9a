import { defineModule } from "../signal/module.ts";
import { oneMinusExp } from "../signal/math.ts";
import { feedback } from "../signal/feedback.ts";
import { constant } from "../signal/signal.ts";

/** Removes direct current: one zero at 0 Hz, one pole just beside it. */
export const dcBlocker = defineModule({
  name: "dcBlocker",
  summary: "takes direct current out",
  source: "J. O. Smith: Introduction to Digital Filters (2007), DC blocker",
  inputs: { input: { kind: "1", why: "what may have an offset" } },
  parameters: {
    cutoffHz: {
      unit: "Hz",
      min: 1,
      max: 100,
      default: 10,
      curve: "exponential",
      smoothingSeconds: 0,
      why: "-3 dB here; the lower, the longer an offset takes to vanish",
    },
  },
  options: {},
  process: ({ input, cutoffHz }, _options, { sampleRateHz }) => {
    const pole = constant(1).minus(oneMinusExp(cutoffHz.ratio(sampleRateHz / (2 * Math.PI))));
    let before = input;
    feedback(0, (previous) => {
      before = previous;
      return input;
    });
    return feedback(0, (previous) => previous.times(pole).plus(input.minus(before)));
  },
});
