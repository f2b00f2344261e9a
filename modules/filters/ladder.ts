import { defineModule } from "../signal/module.ts";
import { dbToGain, tanh } from "../signal/math.ts";
import { feedbackOf } from "../signal/feedback.ts";
import { checkedOversampling, decimated, interpolated } from "../distortion/oversampled.ts";
import { constant, type Signal } from "../signal/signal.ts";
import { warped } from "./state_variable.ts";
import { cutoff } from "./cutoff.ts";

/** Feedback at which four poles begin to whistle: at the cutoff each passes 1/√2, together a quarter, turned over. */
const whistles = 4;

/**
 * Four poles in a row with feedback around them, as R. A. Moog built it, and one bend at the point of the feedback.
 *
 * The loop is solved without a delay as if nothing bent; then the resulting input of the first pole is bent. At any one level
 * that only lowers the gain of the loop and does not turn the phase, so a whistle stays at the cutoff. The input of the poles
 * is always below 1, and trapezoidal poles keep a bounded input bounded however their cutoff moves: nothing can grow. The
 * input rises with the feedback by the amount that the feedback takes from the bass. What the bend would fold back is left out
 * by computing the loop several times a frame on an interpolated input.
 */
export const ladder = defineModule({
  name: "ladder",
  summary: "a low-pass of 24 dB an octave that can be driven and whistles at full resonance",
  source:
    "V. Zavalishin: The art of VA filter design (2012), 5: transistor ladder, feedback without delay, one " +
    "saturation",
  inputs: { input: { kind: "1", why: "what is filtered" } },
  parameters: {
    cutoffHz: {
      ...cutoff,
      why:
        "place of the resonance, and pitch of the whistle; -12 dB here without resonance; kept below 0.49 of " +
        "the sample rate",
    },
    resonance: {
      unit: "1",
      min: 0,
      max: 1.2,
      default: 0.3,
      curve: "linear",
      smoothingSeconds: 0.02,
      why:
        "0 is smooth; from 1 on it whistles at the cutoff, whatever went in last; the bass keeps its level",
    },
    driveDb: {
      unit: "dB",
      min: -12,
      max: 36,
      default: -6,
      curve: "linear",
      smoothingSeconds: 0.02,
      why:
        "gain before the bend: at -12 dB hardly anything is bent; without resonance full scale stays full scale",
    },
  },
  /** Computations a frame: 1, 2 or 4. */
  options: { oversampling: 2 },
  process: ({ input, cutoffHz, resonance, driveDb }, { oversampling }, { sampleRateHz, reject }) => {
    const times = checkedOversampling(oversampling, reject);
    const g = warped(cutoffHz.atMost(sampleRateHz * 0.49), sampleRateHz * times);
    const rest = constant(1).over(g.plus(1));
    const pass = g.times(rest);
    const feedback = resonance.times(whistles);
    const drive = dbToGain(driveDb);
    const solve = constant(1).over(pass.squared().squared().times(feedback).plus(1));
    const points = interpolated(input.times(drive.times(feedback.plus(1))), times);
    let filtered: Signal<"1">[] = [];
    feedbackOf({ first: 0, second: 0, third: 0, fourth: 0 }, ({ first, second, third, fourth }) => {
      let poles = [first, second, third, fourth];
      filtered = points.map((driven) => {
        // output of the fourth pole for no input
        const held = poles[0].times(pass).plus(poles[1]).times(pass).plus(poles[2]).times(pass)
          .plus(poles[3]).times(rest);
        let last = tanh(driven.minus(held.times(feedback)).times(solve));
        poles = poles.map((state) => {
          const move = last.minus(state).times(pass);
          last = state.plus(move);
          return last.plus(move);
        });
        return last;
      });
      return { first: poles[0], second: poles[1], third: poles[2], fourth: poles[3] };
    });
    return decimated(filtered).times(constant(1).over(tanh(drive)));
  },
});
