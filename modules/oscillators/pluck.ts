import { defineModule } from "../signal/module.ts";
import { oneMinusExp, sinOfTurn } from "../signal/math.ts";
import { DelayLine } from "../signal/delay_line.ts";
import { conditionFeedback, feedbackOf, integerFeedback, seededFeedback } from "../signal/feedback.ts";
import { constant, type Integer, type Signal } from "../signal/signal.ts";
import { playable } from "./phase.ts";
import { nextRandom, signedUnit } from "./random.ts";
import { unity } from "../signal/unity.ts";

/** Periods of fewer frames leave no room for the filters in the loop. */
const shortestPeriod = 2.6;

/** Bound of the string's values, for plucks on top of each other and a length that jumps. */
const fullScale = 2;

/** Part of the fundamental's loss that may come from the filter; the rest is the same at every frequency. */
const maxFiltered = 0.75;

/** Hashes a number to one that looks random: noise that can be read at two places without being stored. */
function scattered(index: Integer): Signal<"1"> {
  const first = index.xor(index.shiftRightUnsigned(16)).times(0x85EBCA6B | 0);
  const second = first.xor(first.shiftRightUnsigned(13)).times(0xC2B2AE35 | 0);
  return signedUnit(second.xor(second.shiftRightUnsigned(16)));
}

/**
 * A plucked string: one period of noise runs round a loop that is one period long. An all-pass adds the fraction of a frame,
 * exact at the fundamental; a symmetrical filter lowers the treble without delaying it, so brightness and decay do not change
 * the pitch. When the note ends, the envelope damps it.
 */
export const pluck = defineModule({
  name: "pluck",
  summary: "a plucked string",
  source:
    "K. Karplus, A. Strong: Digital synthesis of plucked-string and drum timbres, CMJ 7:2 (1983); D. Jaffe, J. O. " +
    "Smith: Extensions of the Karplus-Strong plucked-string algorithm, same issue; noise: A. Appleby, MurmurHash3 (2011)",
  inputs: { trigger: { kind: "condition", why: "plucks, on top of what still sounds" } },
  parameters: {
    frequencyHz: {
      unit: "Hz",
      min: 20,
      max: 10_000,
      default: 220,
      curve: "exponential",
      smoothingSeconds: 0,
      why: "pitch; at least lowestHz, and at most 0.38 of the sample rate",
    },
    decaySeconds: {
      unit: "s",
      min: 0.05,
      max: 60,
      default: 4,
      curve: "exponential",
      smoothingSeconds: 0,
      why: "time in which the fundamental falls by 60 dB; harmonics fall faster",
    },
    brightness: {
      ...unity,
      default: 0.5,
      why: "0.5 is the string of Karplus and Strong, 0 is of nylon, 1 loses nothing of the treble",
    },
    pick: {
      unit: "1",
      min: 0.02,
      max: 0.5,
      default: 0.13,
      curve: "linear",
      smoothingSeconds: 0,
      why: "where it is plucked, as a part of its length: 0.5 in the middle, hollow; near the bridge, nasal",
    },
  },
  options: { lowestHz: 27.5 },
  process: (signals, { lowestHz }, { sampleRateHz, reject }) => {
    const { trigger, decaySeconds, brightness, pick } = signals;
    if (!(lowestHz >= 1 && lowestHz <= 1_000)) reject("lowestHz", `expected 1 to 1000 Hz, found ${lowestHz}`);
    const frequencyHz = playable(signals.frequencyHz, sampleRateHz)
      .within(lowestHz, sampleRateHz / shortestPeriod);
    const period = constant<"Hz">(sampleRateHz).ratio(frequencyHz);
    const plucked = pluckedNoise(trigger, period, pick);

    // loss of the fundamental in a turn, and the filter that causes a part of it: side, middle, side
    const loss = oneMinusExp(
      constant<"s">(Math.log(1_000)).ratio(decaySeconds).over(frequencyHz.ratio(1)),
    );
    const halfTurn = frequencyHz.ratio(2 * sampleRateHz);
    const slope = sinOfTurn(halfTurn).squared().times(4);
    const share = constant(1).minus(brightness).times(0.25).atMost(loss.times(maxFiltered).over(slope));
    const kept = constant(1).minus(loss).over(constant(1).minus(share.times(slope)));
    const side = kept.times(share);
    const middle = kept.minus(side.times(2));

    // of the period the filter takes one frame, the all-pass 0.5 to 1.5, the line the rest
    const rest = period.minus(1);
    const whole = rest.minus(0.5).floor();
    const part = rest.minus(whole);
    const allPass = sinOfTurn(constant(1).minus(part).times(halfTurn))
      .over(sinOfTurn(part.plus(1).times(halfTurn)));
    const frames = whole.toInteger();
    const line = new DelayLine(Math.ceil(sampleRateHz / lowestHz) + 1);
    let back = constant(0);
    feedbackOf({ last: 0, before: 0 }, ({ last, before }) => {
      const now = allPass.times(line.read(frames).minus(last)).plus(line.read(frames.plus(1)));
      back = last.times(middle).plus(now.plus(before).times(side));
      return { last: now, before: last };
    });
    const string = plucked.plus(back).within(-fullScale, fullScale);
    line.write(string);
    return string;
  },
});

/**
 * A period of noise, and the same later and inverted: the wave that runs to the bridge and comes back. Zero for the rest of
 * the note, where it costs nothing.
 */
function pluckedNoise(
  trigger: ReturnType<Signal["isBelow"]>,
  period: Signal<"1">,
  pick: Signal<"1">,
): Signal<"1"> {
  const length = period.toInteger();
  const later = period.times(pick).rounded().atLeast(1).toInteger();
  const seed = seededFeedback((previous) => trigger.selectInteger(nextRandom(previous), previous));
  const frame = integerFeedback(0, (previous) => trigger.selectInteger(0, previous.plus(1)));
  const sounding = conditionFeedback(
    false,
    (previous) => previous.or(trigger).and(frame.isBelow(length.plus(later))),
  );
  const [out, back] = [frame, frame.minus(later)].map((at) =>
    scattered(seed.plus(at)).where(at.isBelow(0).not().and(at.isBelow(length)))
  );
  return out.minus(back).times(0.5).where(sounding);
}
