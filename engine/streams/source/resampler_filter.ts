/**
 * The low-pass filter of the resampler: a sinc in a Kaiser window, computed in doubles, stored as floats.
 *
 * Up to 90.7 % of the lower half rate (20 kHz at 44.1 kHz) it is flat, from 100 % on it stops by 140 dB. Where both rates have a
 * short common measure, each position between two frames has its own coefficients; else coefficients of two near positions are
 * interpolated, of so many that this error is below that of floats.
 */

/** The end of the flat part, in parts of the lower half rate; the rest up to 1 is the transition. */
export const passBand = 0.907;

const attenuationDb = 140;
const kaiserBeta = 0.1102 * (attenuationDb - 8.7);

/** The kernel takes as many coefficients at once. */
const tapsStep = 16;

/** Exact coefficients for each position take at most as many numbers. */
const maxExactNumbers = 2 ** 20;

/** Positions between two frames, where coefficients are interpolated without a lower cut-off. */
const positionsPerFrame = 4_096;

export interface ResamplerFilter {
  /** Frames of the file go on by `step` for each `phases` frames of the engine. */
  readonly phases: number;
  readonly step: number;
  /** Coefficients for one frame, a multiple of 16. */
  readonly taps: number;
  /** Sets of coefficients: one for each phase, or, when interpolated, from one frame to the next, both included. */
  readonly positions: number;
  readonly isInterpolated: boolean;
  /** Sets one after the other. In a set, the coefficient `taps / 2 - 1` is that of the frame at or before the position. */
  readonly coefficients: Float32Array<ArrayBuffer>;
}

/** Computes the filter for a pair of rates; both in whole hertz. */
export function resamplerFilter(fromHz: number, toHz: number): ResamplerFilter {
  const common = greatestCommonDivisor(fromHz, toHz);
  const [phases, step] = [toHz / common, fromHz / common];
  /** The lower half rate, in parts of the file's. */
  const band = Math.min(1, toHz / fromHz);
  const transition = (1 - passBand) * band * Math.PI;
  const length = (attenuationDb - 7.95) / (2.285 * transition);
  const taps = Math.ceil(length / tapsStep) * tapsStep;
  const isInterpolated = phases * taps > maxExactNumbers;
  const perFrame = isInterpolated ? Math.ceil(positionsPerFrame * band) : phases;
  const positions = isInterpolated ? perFrame + 1 : phases;
  const coefficients = new Float32Array(positions * taps);
  const cutoff = band * (1 + passBand) / 2;
  const set = new Float64Array(taps);
  for (let position = 0; position < positions; position++) {
    let sum = 0;
    for (let tap = 0; tap < taps; tap++) {
      const distance = tap - (taps / 2 - 1) - position / perFrame;
      set[tap] = sinc(distance * cutoff) * kaiser(distance / (taps / 2));
      sum += set[tap];
    }
    // a constant stays what it is
    for (let tap = 0; tap < taps; tap++) coefficients[position * taps + tap] = set[tap] / sum;
  }
  return { phases, step, taps, positions, isInterpolated, coefficients };
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
}

/** The window from -1 to 1. */
function kaiser(x: number): number {
  return Math.abs(x) > 1 ? 0 : bessel(kaiserBeta * Math.sqrt(1 - x * x)) / bessel(kaiserBeta);
}

/** The modified Bessel function of the first kind and order 0, by its series. */
function bessel(x: number): number {
  let [sum, term] = [1, 1];
  for (let index = 1; term > sum * 1e-17; index++) {
    term *= (x / 2 / index) ** 2;
    sum += term;
  }
  return sum;
}
