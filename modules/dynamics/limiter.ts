import { defineModule } from "../signal/module.ts";
import { dbToGain, gainToDb, oneMinusExp } from "../signal/math.ts";
import { DelayLine } from "../signal/delay_line.ts";
import { feedback } from "../signal/feedback.ts";
import { constant } from "../signal/signal.ts";
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
 * Keeps the wave below a ceiling, also between the samples, without an edge: peaks are seen before they sound, and the gain
 * goes down to meet them along a smooth curve.
 *
 * The reduction is held over the look-ahead, returns exponentially, and is averaged twice, over half of the look-ahead each
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
        "63 % of what was taken away is back after this time; short is loud, below 0.05 s the bass distorts",
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
    const line = new DelayLine(Math.max(delayFrames, 2 * truePeakFrames));
    const loud = input.times(dbToGain(gainDb));
    line.write(loud);
    const peak = linkedLevel(truePeak(loud, line), linkedChannels, reject);
    const aim = dbToGain(ceilingDb.minus(marginDb));
    const excess = constant(1).minus(aim.over(peak.atLeast(aim)));
    const held = slidingMaximum(excess, smoothFrames + 2 * shoulderFrames);
    const release = oneMinusExp(constant<"s">(1 / sampleRateHz).ratio(releaseSeconds));
    const released = feedback(0, (before) => held.atLeast(before.minus(before.times(release))));
    const gain = constant(1).minus(movingAverage(movingAverage(released, first), second));
    return { output: line.read(delayFrames).times(gain), reductionDb: gainToDb(gain).negated() };
  },
});

/** Delay from input to output, in frames. */
export function lookAheadFrames(lookAheadSeconds: number, sampleRateHz: number): number {
  const most = 2 * maxAverageSeconds;
  return Math.min(most, Math.max(2 * truePeakFrames, Math.round(lookAheadSeconds * sampleRateHz)));
}
