import { defineModule } from "../signal/module.ts";
import { tan } from "../signal/math.ts";
import { feedbackOf } from "../signal/feedback.ts";
import { constant, type Signal } from "../signal/signal.ts";
import { cutoff } from "./cutoff.ts";

/**
 * Low and band of two trapezoidal integrators in a loop.
 *
 * @param g tangent of half the corner's angle a frame
 * @param damping one over q
 */
export function twoIntegrators(
  input: Signal<"1">,
  g: Signal<"1">,
  damping: Signal<"1">,
): { readonly low: Signal<"1">; readonly band: Signal<"1"> } {
  const a1 = constant(1).over(g.times(g.plus(damping)).plus(1));
  const a2 = g.times(a1);
  const a3 = g.times(a2);
  let [low, band] = [input, input];
  feedbackOf({ first: 0, second: 0 }, ({ first, second }) => {
    const difference = input.minus(second);
    band = first.times(a1).plus(difference.times(a2));
    low = second.plus(first.times(a2).plus(difference.times(a3)));
    return { first: band.plus(band).minus(first), second: low.plus(low).minus(second) };
  });
  return { low, band };
}

/** Tangent of half the angle that a frequency turns in a frame; the bilinear transform is exact there. */
export function warped(frequencyHz: Signal<"Hz">, sampleRateHz: number): Signal<"1"> {
  return tan(frequencyHz.atMost(sampleRateHz * 0.49).ratio(sampleRateHz / Math.PI));
}

/** Two poles, all responses at once; stays stable however fast the cutoff moves. */
export const stateVariable = defineModule({
  name: "stateVariable",
  summary: "a resonant filter of 12 dB an octave: low, band, high, notch, peak and all-pass",
  source: "A. Simper: Linear trapezoidal integrated state variable filter, Cytomic (2013)",
  inputs: { input: { kind: "1", why: "what is filtered" } },
  parameters: {
    cutoffHz: { ...cutoff, why: "corner, and place of the resonance; kept below 0.49 of the sample rate" },
    q: {
      unit: "1",
      min: 0.5,
      max: 100,
      default: Math.SQRT1_2,
      curve: "exponential",
      smoothingSeconds: 0.02,
      why: "gain at the corner: 0.707 is flat, above 1 it rings, at 100 it nearly whistles",
    },
  },
  options: {},
  process: ({ input, cutoffHz, q }, _options, { sampleRateHz }) => {
    const g = warped(cutoffHz, sampleRateHz);
    const damping = constant(1).over(q);
    const { low, band } = twoIntegrators(input, g, damping);
    const damped = band.times(damping);
    const high = input.minus(damped).minus(low);
    return {
      low,
      band,
      high,
      notch: low.plus(high),
      peak: low.minus(high),
      allPass: input.minus(damped.plus(damped)),
    };
  },
});
