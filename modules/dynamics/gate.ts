import { defineModule } from "../signal/module.ts";
import { dbToGain, oneMinusExp, silentDb } from "../signal/math.ts";
import { feedback } from "../signal/feedback.ts";
import { constant, type Signal } from "../signal/signal.ts";
import { linkedChannels, linkedLevel } from "./linked_level.ts";

/** Opening aims this far above 1, so that it arrives; see adsr. */
const overshoot = 0.3;

/** Closing ends where an exponential has fallen by 80 dB. */
const endRatio = 1e-4;

/** Part of the way to an aim that one frame covers, if `ratio` of the way is left at the end of the time. */
function pace(seconds: Signal<"s">, ratio: number, sampleRateHz: number): Signal<"1"> {
  return oneMinusExp(constant<"s">(Math.log((1 + ratio) / ratio) / sampleRateHz).ratio(seconds));
}

/**
 * Silences sound softer than a threshold. The gate opens in the frame that reaches the threshold, and begins to close when
 * nothing has reached the lower threshold for the hold time. Wide open, it changes no bit.
 */
export const gate = defineModule({
  name: "gate",
  summary: "shuts out what is softer than a threshold",
  source: "two thresholds (O. H. Schmitt, 1938) on the magnitude, a hold, and exponentials as in adsr",
  inputs: {
    input: { kind: "1", why: "what is let through or shut out" },
    sideChain: { kind: "1", optional: true, why: "what opens the gate instead of the input" },
  },
  parameters: {
    thresholdDb: {
      unit: "dB",
      min: -60,
      max: 0,
      default: -40,
      curve: "linear",
      smoothingSeconds: 0.02,
      why: "peaks that reach it open the gate",
    },
    hysteresisDb: {
      unit: "dB",
      min: 0,
      max: 24,
      default: 6,
      curve: "linear",
      smoothingSeconds: 0.02,
      why: "how much softer an open gate may become without closing; against chatter at the threshold",
    },
    holdSeconds: {
      unit: "s",
      min: 0,
      max: 5,
      default: 0.05,
      curve: "linear",
      smoothingSeconds: 0,
      why:
        "how long it stays open after that; shorter than half a wave of the lowest tone it closes in every wave",
    },
    attackSeconds: {
      unit: "s",
      min: 0.0001,
      max: 0.1,
      default: 0.001,
      curve: "exponential",
      smoothingSeconds: 0,
      why: "time to open; the shortest clicks and loses nothing of a drum",
    },
    releaseSeconds: {
      unit: "s",
      min: 0.001,
      max: 5,
      default: 0.1,
      curve: "exponential",
      smoothingSeconds: 0,
      why: "time to close down to silence, to less it is quicker",
    },
    closedDb: {
      unit: "dB",
      min: silentDb,
      max: 0,
      default: silentDb,
      curve: "linear",
      smoothingSeconds: 0.02,
      why: "gain when it is shut; the lowest value is silence",
    },
  },
  options: { linkedChannels },
  process: (signals, { linkedChannels }, { sampleRateHz, reject }) => {
    const { input, sideChain, thresholdDb, hysteresisDb, holdSeconds } = signals;
    const key = sideChain.isAlways(0) ? input : sideChain;
    const level = linkedLevel(key.abs(), linkedChannels, reject);
    const opens = dbToGain(thresholdDb);
    const keeps = dbToGain(thresholdDb.minus(hysteresisDb));
    const holdFrames = holdSeconds.ratio(1 / sampleRateHz).rounded().plus(1);
    const framesLeft = feedback(0, (left) => {
      const loud = level.isAtLeast(left.isAbove(0).select(keeps, opens));
      return loud.select(holdFrames, left.minus(1).atLeast(0));
    });
    const isOpen = framesLeft.isAbove(0);
    const shut = dbToGain(signals.closedDb);
    const aim = isOpen.select(1 + overshoot, shut.minus(endRatio));
    const attack = pace(signals.attackSeconds, overshoot, sampleRateHz);
    const release = pace(signals.releaseSeconds, endRatio, sampleRateHz);
    const moves = isOpen.select(attack, release);
    const gain = feedback(0, (before) => before.plus(aim.minus(before).times(moves)).within(shut, 1));
    return { output: input.times(gain), gain };
  },
});
