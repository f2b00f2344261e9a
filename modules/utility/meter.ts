import { defineModule } from "../signal/module.ts";
import { paceOfSeconds, smoothed } from "../signal/smoother.ts";
import { exp2 } from "../signal/math.ts";
import { feedback } from "../signal/feedback.ts";

/** Peak and effective level as signals: to show, or to act on. */
export const meter = defineModule({
  name: "meter",
  summary: "peak and root mean square as signals",
  source: "IEC 60268-18 for the fall of the peak; one-pole mean of the square",
  inputs: { input: { kind: "1", why: "what is measured; passes by untouched" } },
  parameters: {
    fallDbPerSecond: {
      unit: "1",
      min: 1,
      max: 120,
      default: 11.8,
      curve: "exponential",
      smoothingSeconds: 0,
      why: "how fast the peak falls, in dB a second: 20 dB in 1.7 s, as broadcasters have it",
    },
    averageSeconds: {
      unit: "s",
      min: 0.01,
      max: 10,
      default: 0.3,
      curve: "exponential",
      smoothingSeconds: 0,
      why: "time constant of the mean; 0.3 s moves like a VU meter",
    },
  },
  options: {},
  process: ({ input, fallDbPerSecond, averageSeconds }, _options, { sampleRateHz }) => {
    const fall = exp2(fallDbPerSecond.times(-Math.log2(10) / 20 / sampleRateHz));
    const loud = input.abs();
    const square = smoothed(input.squared(), paceOfSeconds(averageSeconds, sampleRateHz));
    return {
      peak: feedback(0, (before) => before.times(fall).atLeast(loud)),
      rms: square.sqrt(),
    };
  },
});
