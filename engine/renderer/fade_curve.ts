/**
 * The curves of fades. Only additions, multiplications and divisions, in a fixed order: every machine gives the same bits, which
 * functions of a mathematical library do not promise. Renderer threads; nothing allocates.
 */

/** Curves by their numbers in the log; `linear` is no curve. */
export const FadeCurve = { linear: 0, sine: 1, power: 2, decibel: 3 } as const;

/** Gain of -120 dB, which stands for silence where a curve needs decibels. */
const silence = 1e-6;

const ln2 = 0.6931471805599453;

/** The gain on its way from one to another; `progress`: 0 to 1. */
export function fadeGain(curve: number, from: number, to: number, progress: number): number {
  switch (curve) {
    case FadeCurve.sine: {
      const half = sineOfQuarter(progress);
      return from + (to - from) * half * half;
    }
    case FadeCurve.power: // a quarter of a sine upwards, of a cosine downwards: the sum of two such powers stays the same
      return to > from
        ? from + (to - from) * sineOfQuarter(progress)
        : to + (from - to) * sineOfQuarter(1 - progress);
    case FadeCurve.decibel: {
      const low = from > silence ? from : silence;
      const high = to > silence ? to : silence;
      return low * exponential(logarithm(high / low) * progress);
    }
    default:
      return from + (to - from) * progress;
  }
}

/** The sine of a part, 0 to 1, of a right angle: its series, exact to some 1e-16. */
function sineOfQuarter(part: number): number {
  const x = part * 1.5707963267948966;
  const square = x * x;
  let term = x;
  let sum = x;
  for (let n = 2; n <= 20; n += 2) {
    term = -term * square / (n * (n + 1));
    sum += term;
  }
  return sum;
}

/** Natural logarithm of a positive number, by the series of the area hyperbolic tangent. */
function logarithm(value: number): number {
  let mantissa = value;
  let exponent = 0;
  for (; mantissa > 1.5; exponent++) mantissa /= 2;
  for (; mantissa < 0.75; exponent--) mantissa *= 2;
  const z = (mantissa - 1) / (mantissa + 1);
  const square = z * z;
  let power = z;
  let sum = z;
  for (let n = 3; n <= 25; n += 2) {
    power *= square;
    sum += power / n;
  }
  return exponent * ln2 + 2 * sum;
}

function exponential(x: number): number {
  const whole = Math.floor(x / ln2);
  const rest = x - whole * ln2;
  let term = 1;
  let sum = 1;
  for (let n = 1; n <= 18; n++) {
    term = term * rest / n;
    sum += term;
  }
  for (let n = 0; n < whole; n++) sum *= 2;
  for (let n = 0; n > whole; n--) sum /= 2;
  return sum;
}
