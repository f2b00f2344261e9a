import { defineModule } from "../signal/module.ts";
import { exp2, gainToDb, oneMinusExp } from "../signal/math.ts";
import { feedback } from "../signal/feedback.ts";
import { constant, type Signal } from "../signal/signal.ts";
import { linkedChannels, linkedLevel } from "./linked_level.ts";

/** Smallest half of a knee, in dB: it keeps the formula from dividing by zero. */
const hardestKneeDb = 0.001;

/** Part of the way that one frame covers if 63 % take this time. */
function pace(seconds: Signal<"s">, sampleRateHz: number): Signal<"1"> {
  return oneMinusExp(constant<"s">(1 / sampleRateHz).ratio(seconds));
}

/**
 * Turns down sound above a threshold. The release holds peaks and the attack smooths them, both in decibels, so that a loud
 * tone is measured at its peaks and not along its waves.
 *
 * Below the knee every bit passes as it is. In the main mix, `linkedChannels: 2` turns left and right down together.
 */
export const compressor = defineModule({
  name: "compressor",
  summary: "turns down what is above a threshold, by a ratio",
  source:
    "D. Giannoulis, M. Massberg, J. D. Reiss: Digital dynamic range compressor design, JAES 60 (2012): " +
    "feed-forward, soft knee, smooth decoupled detector in decibels",
  inputs: {
    input: { kind: "1", why: "what is turned down" },
    sideChain: {
      kind: "1",
      optional: true,
      why: "what is listened to instead of the input, e.g. the drum that the bass makes room for",
    },
  },
  parameters: {
    thresholdDb: {
      unit: "dB",
      min: -60,
      max: 0,
      default: -18,
      curve: "linear",
      smoothingSeconds: 0.02,
      why: "peaks above it are turned down",
    },
    ratio: {
      unit: "1",
      min: 1,
      max: 50,
      default: 4,
      curve: "exponential",
      smoothingSeconds: 0.02,
      why:
        "decibels above the threshold that become one: 1 does nothing, 50 holds nearly everything at the threshold",
    },
    kneeDb: {
      unit: "dB",
      min: 0,
      max: 24,
      default: 6,
      curve: "linear",
      smoothingSeconds: 0.02,
      why: "width of the bend around the threshold; 0 is a corner",
    },
    attackSeconds: {
      unit: "s",
      min: 0.0001,
      max: 0.25,
      default: 0.01,
      curve: "exponential",
      smoothingSeconds: 0,
      why:
        "63 % of the decibels are turned down in this time; short ones take the edge off, long ones let it through",
    },
    releaseSeconds: {
      unit: "s",
      min: 0.01,
      max: 2.5,
      default: 0.15,
      curve: "exponential",
      smoothingSeconds: 0,
      why:
        "63 % of them come back in this time after the attack's; shorter than a wave of the bass it distorts",
    },
    makeUpDb: {
      unit: "dB",
      min: 0,
      max: 36,
      default: 0,
      curve: "linear",
      smoothingSeconds: 0.02,
      why: "gain afterwards",
    },
  },
  options: { linkedChannels },
  process: (signals, { linkedChannels }, { sampleRateHz, reject }) => {
    const { input, sideChain, thresholdDb, ratio, kneeDb, attackSeconds, releaseSeconds, makeUpDb } = signals;
    const key = sideChain.isAlways(0) ? input : sideChain;
    const level = gainToDb(linkedLevel(key.abs(), linkedChannels, reject));
    const halfKnee = kneeDb.times(0.5).atLeast(hardestKneeDb);
    const slope = constant(1).minus(constant(1).over(ratio));
    const bendSlope = slope.over(halfKnee.as("1").times(4));
    const over = level.minus(thresholdDb);
    const bent = over.plus(halfKnee).within(0, halfKnee.times(2)).as("1");
    const wanted = bent.squared().times(bendSlope).plus(over.minus(halfKnee).atLeast(0).as("1").times(slope));
    const release = pace(releaseSeconds, sampleRateHz);
    const attack = pace(attackSeconds, sampleRateHz);
    const held = feedback(
      0,
      (before) => wanted.atLeast(before.plus(wanted.minus(before).times(release))),
    );
    const reduction = feedback(0, (before) => before.plus(held.minus(before).times(attack)));
    const gain = exp2(makeUpDb.as("1").minus(reduction).times(Math.log2(10) / 20));
    return { output: input.times(gain), reductionDb: reduction.as("dB") };
  },
});
