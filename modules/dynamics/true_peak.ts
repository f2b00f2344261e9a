import type { DelayLine } from "../signal/delay_line.ts";
import { feedback } from "../signal/feedback.ts";
import type { Signal } from "../signal/signal.ts";

/** Frames that one interpolated value reads, half of them later ones. */
const taps = 32;

/** Frames after which a peak is known. */
export const truePeakFrames = taps / 2;

/**
 * Shape of the Kaiser window. So flat a window passes images that are only 30 dB down, but keeps the level near half of the
 * rate; of the two errors, losing that level is worse here.
 */
const kaiserBeta = 2;

/**
 * Part of the slope that is added at each of the four points a frame, for the wave between them. It is exact for a sine at
 * half of the rate with its peak in the middle, (1 - cos 22.5°) / (2 sin 22.5° sin 45°), and more than enough for lower ones.
 */
const slopePart = 0.1407;

/** Modified Bessel function of order zero. */
function bessel(x: number): number {
  let [sum, term] = [1, 1];
  for (let n = 1; term > 1e-12 * sum; n++) sum += term *= (x / 2 / n) ** 2;
  return sum;
}

/** Weights of the frames, latest first, for a point `part` of a frame after the earlier one of the two in the middle. */
function weightsAt(part: number): readonly number[] {
  const weights = Array.from({ length: taps }, (_, ago) => {
    const distance = taps / 2 - ago - part;
    const window = bessel(kaiserBeta * Math.sqrt(1 - (distance / (taps / 2)) ** 2)) / bessel(kaiserBeta);
    return Math.sin(Math.PI * distance) / (Math.PI * distance) * window;
  });
  const sum = weights.reduce((a, b) => a + b);
  return weights.map((weight) => weight / sum);
}

/**
 * Magnitude of the wave that a converter will draw through the samples, around the frame {@link truePeakFrames} ago and up
 * to the one after it: interpolated fourfold, as ITU-R BS.1770-4 does, but finer, and with the slope between the points.
 * Of a sine up to 0.46 of the rate it finds the height within -0.05 and 0.6 dB, of white noise within -0.1 and 1 dB.
 *
 * @param line takes in the input, and holds at least {@link truePeakFrames} twice
 */
export function truePeak(input: Signal<"1">, line: DelayLine): Signal<"1"> {
  const frames = [input, ...Array.from({ length: taps - 1 }, (_, ago) => line.read(ago + 1))];
  const sums = frames.slice(0, taps / 2).map((frame, ago) => frame.plus(frames[taps - 1 - ago]));
  const differences = frames.slice(0, taps / 2).map((frame, ago) => frame.minus(frames[taps - 1 - ago]));
  const weighted = (list: readonly Signal<"1">[], weights: readonly number[]) =>
    list.map((one, place) => one.times(weights[place])).reduce((sum, one) => sum.plus(one));
  // a quarter and three quarters are mirror images: what they share, and what they do not
  const quarter = weightsAt(0.25);
  const shared = weighted(sums, quarter.map((weight, ago) => (weight + quarter[taps - 1 - ago]) / 2));
  const apart = weighted(differences, quarter.map((weight, ago) => (weight - quarter[taps - 1 - ago]) / 2));
  const points = [
    frames[taps / 2],
    shared.plus(apart),
    weighted(sums, weightsAt(0.5)),
    shared.minus(apart),
    frames[taps / 2 - 1],
  ];
  let before = input;
  feedback(0, (previous) => {
    before = previous;
    return points[3];
  });
  return points.slice(0, 4).map((point, place) => {
    const slope = points[place + 1].minus(place === 0 ? before : points[place - 1]);
    return point.abs().plus(slope.abs().times(slopePart));
  }).reduce((most, one) => most.atLeast(one));
}
