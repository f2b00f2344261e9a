import { defineModule } from "../signal/module.ts";
import { exp2 } from "../signal/math.ts";
import { feedbackOf } from "../signal/feedback.ts";
import { constant } from "../signal/signal.ts";

/** Sounds like an early sampler: few bits, few samples a second, and no filter that hides their artefacts. */
export const bitCrusher = defineModule({
  name: "bitCrusher",
  summary: "few bits and few samples a second, with all the noise and the mirrored tones that they make",
  source: "mid-tread quantiser and sample-and-hold, by definition; aliases are meant",
  inputs: { input: { kind: "1", why: "what is crushed; beyond full scale it is clipped" } },
  parameters: {
    bits: {
      unit: "1",
      min: 1,
      max: 16,
      default: 8,
      curve: "linear",
      smoothingSeconds: 0,
      why: "bits a sample, also between whole numbers; steps are 2 / 2^bits of full scale, silence is silent",
    },
    holdHz: {
      unit: "Hz",
      min: 100,
      max: 48_000,
      default: 12_000,
      curve: "exponential",
      smoothingSeconds: 0,
      why: "samples a second, at most every frame; tones above half of it come back mirrored",
    },
  },
  options: {},
  process: ({ input, bits, holdHz }, _options, { sampleRateHz }) => {
    const steps = exp2(bits.minus(1));
    const increment = holdHz.ratio(sampleRateHz).atMost(1);
    // begins at 1, so that the first frame is sampled
    const { held } = feedbackOf({ phase: 1, held: 0 }, ({ phase, held }) => {
      const due = phase.isAtLeast(1);
      return {
        phase: phase.minus(constant(1).where(due)).plus(increment),
        held: due.select(input, held),
      };
    });
    return held.within(-1, 1).times(steps).rounded().over(steps);
  },
});
