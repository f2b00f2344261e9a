import { defineModule } from "../signal/module.ts";
import { paceOfSeconds } from "../signal/smoother.ts";
import { feedback } from "../signal/feedback.ts";

/** The loudness of a sound, as a signal that can move another one. */
export const envelopeFollower = defineModule({
  name: "envelopeFollower",
  summary: "how loud a sound is, as a signal",
  source: "U. Zölzer: DAFX (2011), peak detector with separate attack and release",
  inputs: { input: { kind: "1", why: "what is listened to" } },
  parameters: {
    attackSeconds: {
      unit: "s",
      min: 0,
      max: 1,
      default: 0.005,
      curve: "linear",
      smoothingSeconds: 0,
      why: "time for 63 % of a rise; 0 follows at once",
    },
    releaseSeconds: {
      unit: "s",
      min: 0.001,
      max: 10,
      default: 0.1,
      curve: "exponential",
      smoothingSeconds: 0,
      why: "time for 63 % of a fall; below a period it follows the wave itself",
    },
  },
  options: {},
  process: ({ input, attackSeconds, releaseSeconds }, _options, { sampleRateHz }) => {
    const loud = input.abs();
    const [attack, release] = [attackSeconds, releaseSeconds].map((time) =>
      paceOfSeconds(time, sampleRateHz)
    );
    return feedback(
      0,
      (level) => level.plus(loud.minus(level).times(loud.isAbove(level).select(attack, release))),
    );
  },
});
