import { defineModule } from "../signal/module.ts";
import { exp2 } from "../signal/math.ts";
import { constant, type Signal } from "../signal/signal.ts";
import { twoIntegrators, warped } from "./state_variable.ts";
import { cutoff } from "./cutoff.ts";

/** Range of every equaliser's gain: more than 24 dB is a resonance, or a notch. */
export const equaliserGainDb = {
  unit: "dB",
  min: -24,
  max: 24,
  default: 0,
  curve: "linear",
  smoothingSeconds: 0.02,
  why: "gain of what is raised or lowered; at 0 dB every bit passes as it is",
} as const;

/** The n-th root of a gain in decibels, as a factor. */
export function rootGain(gain: Signal<"dB">, root: number): Signal<"1"> {
  return exp2(gain.as("1").times(Math.log2(10) / 20 / root));
}

/** Raises or lowers a band around a frequency. */
export const parametricEq = defineModule({
  name: "parametricEq",
  summary: "raises or lowers one band around a frequency",
  source: "A. Simper: Linear trapezoidal integrated state variable filter, Cytomic (2013): bell",
  inputs: { input: { kind: "1", why: "what is shaped" } },
  parameters: {
    frequencyHz: { ...cutoff, min: 10, why: "middle of the band; kept below 0.49 of the sample rate" },
    gainDb: equaliserGainDb,
    q: {
      unit: "1",
      min: 0.1,
      max: 40,
      default: 1,
      curve: "exponential",
      smoothingSeconds: 0.02,
      why: "frequency over width, the width where half of the decibels are left: 1.4 is an octave",
    },
  },
  options: {},
  process: ({ input, frequencyHz, gainDb, q }, _options, { sampleRateHz }) => {
    // raising and lowering by the same gain are each other's inverse
    const damping = constant(1).over(q.times(rootGain(gainDb, 2)));
    const { band } = twoIntegrators(input, warped(frequencyHz, sampleRateHz), damping);
    return input.plus(band.times(damping.times(rootGain(gainDb, 1).minus(1))));
  },
});
