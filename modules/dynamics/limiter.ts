import { defineModule } from "../signal/module.ts";
import { dbToGain, gainToDb, oneMinusExp } from "../signal/math.ts";
import { DelayLine } from "../signal/delay_line.ts";
import { feedbackOf } from "../signal/feedback.ts";
import { constant, type Signal } from "../signal/signal.ts";
import { linkedChannels, linkedLevel } from "./linked_level.ts";
import { maxAverageSeconds, movingAverage } from "./moving_average.ts";
import { slidingMaximum } from "./sliding_maximum.ts";
import { truePeak, truePeakFrames } from "./true_peak.ts";

/** Frames on both sides of a peak that are turned down as far as the peak itself, because of the wave between them. */
const shoulderFrames = 4;

/**
 * Margin below the ceiling in dB, for the error of a fourfold estimate and of a moving gain. Measured eightfold, samples of
 * alternating sign that slip every eighth frame need 0.17 dB; noise, squares and bursts need less than 0.1.
 */
const marginDb = 0.2;

/**
 * Time behind a peak until the gain begins to return: a whole wave of 30 Hz, so that each half of it has one. A release that
 * began between the peaks of a low tone would bend each of its waves, which is heard as distortion.
 */
const waitSeconds = 1 / 30;

/**
 * Keeps the wave below a ceiling, also between the samples, without an edge: peaks are seen before they sound, and the gain
 * goes down to meet them along a smooth curve.
 *
 * The reduction is held over the look-ahead, waits for {@link waitSeconds}, returns exponentially, and is averaged twice, over half of the look-ahead each
 * time; so at a peak every frame of both averages asks for at least the reduction that the peak needs. Below the ceiling no
 * bit changes. The sound comes later by the look-ahead. A ceiling that falls affects only sound that comes in after it.
 *
 * In the main mix, `linkedChannels: 2` turns left and right down together.
 */
export const limiter = defineModule({
  name: "limiter",
  summary: "keeps the wave below a ceiling, also between the samples; later by its look-ahead",
  source:
    "G. Luff: Designing a straightforward limiter, signalsmith-audio.co.uk (2022): peak hold, release, stacked box " +
    "filters; true peak after ITU-R BS.1770-4",
  inputs: { input: { kind: "1", why: "what is kept below the ceiling" } },
  parameters: {
    gainDb: {
      unit: "dB",
      min: 0,
      max: 36,
      default: 0,
      curve: "linear",
      smoothingSeconds: 0.02,
      why: "gain before the ceiling: makes louder what does not reach it",
    },
    ceilingDb: {
      unit: "dB",
      min: -24,
      max: 0,
      default: -1,
      curve: "linear",
      smoothingSeconds: 0.02,
      why: "what no peak goes beyond; -1 dB leaves room for lossy coding",
    },
    releaseSeconds: {
      unit: "s",
      min: 0.005,
      max: 2,
      default: 0.1,
      curve: "exponential",
      smoothingSeconds: 0,
      why:
        "63 % of what was taken away is back after this time and a wait of 33 ms, which keeps low tones whole",
    },
  },
  /** Look-ahead, from 0.001 to 0.01 s and at least 32 frames; and the number of channels that are turned down together. */
  options: { lookAheadSeconds: 0.002, linkedChannels },
  process: (signals, { lookAheadSeconds, linkedChannels }, { sampleRateHz, reject }) => {
    if (!(lookAheadSeconds >= 0.001 && lookAheadSeconds <= 0.01)) {
      reject("lookAheadSeconds", `expected 0.001 to 0.01 s, found ${lookAheadSeconds}`);
    }
    const { input, gainDb, ceilingDb, releaseSeconds } = signals;
    const delayFrames = lookAheadFrames(lookAheadSeconds, sampleRateHz);
    const smoothFrames = delayFrames - truePeakFrames - shoulderFrames + 1;
    const [first, second] = [Math.ceil(smoothFrames / 2), Math.floor(smoothFrames / 2) + 1];
    const line = new DelayLine(delayFrames);
    const loud = input.times(dbToGain(gainDb));
    line.write(loud);
    const peak = linkedLevel(truePeak(loud, line), linkedChannels, reject);
    const aim = dbToGain(ceilingDb.minus(marginDb));
    const excess = constant(1).minus(aim.over(peak.atLeast(aim)));
    const held = slidingMaximum(excess, smoothFrames + 2 * shoulderFrames);
    const release = oneMinusExp(constant<"s">(1 / sampleRateHz).ratio(releaseSeconds));
    const released = holding(held, release, waitSeconds * sampleRateHz);
    const gain = constant(1).minus(movingAverage(movingAverage(released, first), second));
    return { output: line.read(delayFrames).times(gain), reductionDb: gainToDb(gain).negated() };
  },
});

/**
 * At least what is asked for: the largest of the last `waitFrames`, gathered in two halves, and behind it a return by a part
 * of the way in each frame.
 */
function holding(asked: Signal<"1">, release: Signal<"1">, waitFrames: number): Signal<"1"> {
  return feedbackOf({ level: 0, now: 0, last: 0, left: 0 }, (before) => {
    const isHighest = asked.isAtLeast(before.now.atLeast(before.last));
    const isOver = before.left.isAtMost(0);
    const begins = isHighest.or(isOver);
    const now = begins.select(asked, before.now.atLeast(asked));
    const last = isHighest.select(0, isOver.select(before.now, before.last));
    const returned = before.level.minus(before.level.times(release));
    return {
      level: returned.atLeast(now).atLeast(last),
      now,
      last,
      left: begins.select(Math.round(waitFrames / 2) - 1, before.left.minus(1)),
    };
  }).level;
}

/** Least frames of look-ahead: room for a curve of some frames beside what finding a peak takes. */
const minLookAheadFrames = 32;

/** Delay from input to output, in frames. */
export function lookAheadFrames(lookAheadSeconds: number, sampleRateHz: number): number {
  const most = 2 * maxAverageSeconds;
  return Math.min(most, Math.max(minLookAheadFrames, Math.round(lookAheadSeconds * sampleRateHz)));
}
