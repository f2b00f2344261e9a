/**
 * Elementary functions on signals, as polynomials in strict 32-bit arithmetic: the bytes are the same on every machine,
 * which `Math.sin` and similar functions cannot promise. Bounds are measured by `tests/modules/signal/math_test.ts`.
 */
import { constant, type Signal } from "./signal.ts";

function factorial(n: number): number {
  return n < 2 ? 1 : n * factorial(n - 1);
}

/** Horner's scheme, lowest power first. */
export function polynomial(x: Signal<"1">, coefficients: readonly number[]): Signal<"1"> {
  const last = coefficients[coefficients.length - 1];
  return coefficients.slice(0, -1).reduceRight<Signal<"1">>(
    (inner, coefficient) => inner.times(x).plus(coefficient),
    constant(last),
  );
}

/**
 * sin(2πt) is the same at t and at 1/2 − t, so on half a turn it is a smooth function of w = t(1/2 − t) alone: w times this
 * polynomial, fitted for the smallest maximum error, 5.3e-8.
 */
const sineTerms = [12.566344135579312, 50.269581605479225, 71.19332971378486, 56.144805719715954];

/** sin(2πx) for a number of turns from -1/2 to 1/2. Absolute error below 2.5e-7. */
export function sinOfTurn(turn: Signal<"1">): Signal<"1"> {
  const w = turn.times(constant(0.5).minus(turn.abs()));
  return w.times(polynomial(w.abs(), sineTerms));
}

/** sin(2πx), for any number of turns. Absolute error below 5e-7 for |x| < 1; beyond, the error of x itself is added. */
export function sinTurns(turns: Signal<"1">): Signal<"1"> {
  return sinOfTurn(turns.minus(turns.rounded()));
}

/** cos(2πx). Absolute error below 5e-7 for |x| < 1. */
export function cosTurns(turns: Signal<"1">): Signal<"1"> {
  return sinTurns(turns.plus(0.25));
}

/** Sine of radians. Absolute error below 8e-7 for |x| < 2π. */
export function sin(radians: Signal<"1">): Signal<"1"> {
  return sinTurns(radians.times(1 / (2 * Math.PI)));
}

/** Cosine of radians. Absolute error below 1e-6 for |x| < 2π. */
export function cos(radians: Signal<"1">): Signal<"1"> {
  return cosTurns(radians.times(1 / (2 * Math.PI)));
}

/** Taylor series of 2^y. On |y| ≤ 1/2 the first term left out is below 7e-9. */
const exponentialTerms = [0, 1, 2, 3, 4, 5, 6, 7].map((n) => Math.LN2 ** n / factorial(n));

/**
 * 2^x. Relative error below 4e-7 for -126 ≤ x < 128; outside, the value at the nearer end. Whole numbers are exact, so a
 * gain of 0 dB changes no bit.
 */
export function exp2(exponent: Signal<"1">): Signal<"1"> {
  const x = exponent.within(-126, 127.99999);
  const whole = x.rounded();
  const mantissa = polynomial(x.minus(whole), exponentialTerms);
  return mantissa.bits().plus(whole.toInteger().shiftLeft(23)).asFloatBits();
}

/** Bits of √½: below it a mantissa counts as the upper half of the octave beneath. */
const rootHalfBits = 0x3F3504F3;

/**
 * log₂ of a mantissa is t·(2/ln 2)·(1 + t²/3 + t⁴/5 + ...), t = (m−1)/(m+1). On |t| < 0.172 the first term left out is below
 * 1e-9.
 */
const logarithmTerms = [1, 3, 5, 7, 9].map((n) => 2 / Math.LN2 / n);

/** log₂x for normal x > 0. Absolute error below 3e-7 plus 1e-7 of the result; below 2^-126 it is -126. */
export function log2(x: Signal<"1">): Signal<"1"> {
  const bits = x.atLeast(2 ** -126).bits();
  const exponent = bits.minus(rootHalfBits).shiftRight(23);
  const mantissa = bits.minus(exponent.shiftLeft(23)).asFloatBits();
  const t = mantissa.minus(1).over(mantissa.plus(1));
  return t.times(polynomial(t.squared(), logarithmTerms)).plus(exponent.toFloat());
}

/**
 * tan(x) for |x| ≤ 1.55 radians, relative error below 2e-5 there and below 4e-6 for |x| < 1.5. The continued fraction
 * of Lambert (1761), broken off after x²/11: its pole lies 1e-9 from that of the tangent.
 */
export function tan(radians: Signal<"1">): Signal<"1"> {
  const square = radians.squared();
  return radians.times(polynomial(square, [10395, -1260, 21])).over(
    polynomial(square, [10395, -4725, 210, -1]),
  );
}

/** Beyond this the hyperbolic tangent is 1 in 32 bits. */
const tanhEnd = 9.1;

/**
 * tanh(x), relative error below 1e-6. Lambert's continued fraction for a quarter of x, and twice the formula of the double
 * angle, kept as numerator and denominator so that one division is enough.
 */
export function tanh(x: Signal<"1">): Signal<"1"> {
  const quarter = x.within(-tanhEnd, tanhEnd).times(0.25);
  const square = quarter.squared();
  const numerator = quarter.times(polynomial(square, [945, 105, 1]));
  const denominator = polynomial(square, [945, 420, 15]);
  const twice = numerator.times(denominator).times(2);
  const below = numerator.squared().plus(denominator.squared());
  return twice.times(below).times(2).over(twice.squared().plus(below.squared()));
}

/** 1 − e^(−y) for y ≥ 0, relative error below 2e-6 also where it is small. The step of a one-pole in a frame. */
export function oneMinusExp(y: Signal<"1">): Signal<"1"> {
  const half = tanh(y.times(0.5));
  return half.times(2).over(half.plus(1));
}

/** Gains at or below this many decibels are zero. */
export const silentDb = -90;

/** A gain in decibels as a factor, relative error below 1e-6 up to 60 dB; {@link silentDb} and below is zero. */
export function dbToGain(gain: Signal<"dB">): Signal<"1"> {
  const factor = exp2(gain.as("1").times(Math.log2(10) / 20));
  return factor.where(gain.isAbove(silentDb));
}

/**
 * A factor as decibels, absolute error below 2e-6 dB plus 2e-7 of the result; zero and below is the smallest normal
 * number, -759 dB.
 */
export function gainToDb(gain: Signal<"1">): Signal<"dB"> {
  return log2(gain).times(20 / Math.log2(10)).as("dB");
}

/** Frequency of a MIDI note number, which may have a fraction, in equal temperament with A4 = 440 Hz: within 0.002 cents. */
export function noteToHz(note: Signal<"semitones">): Signal<"Hz"> {
  return exp2(note.as("1").minus(69).times(1 / 12)).times(440).as("Hz");
}
