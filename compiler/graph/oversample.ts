/**
 * Filters that prepare a sound file for {@link sixPointCoefficients}, which read between frames well only what lies below a
 * quarter of their rate. Run once, when a file is loaded. The same bits on every machine: double precision, no library.
 */

/**
 * A polynomial of fifth order through six frames, with the least error for a signal at twice its rate: the rows are
 * coefficients of 1, z, z² ... with z from -1/2 to 1/2 between the third and the fourth frame; the columns are the weights of
 * the inner, middle and outer pair. A row of an even power adds the frames of a pair, one of an odd power subtracts them.
 *
 * Source: O. Niemitalo, Polynomial interpolators for high-quality resampling of oversampled audio (2001), "optimal 2x,
 * 6-point, 5th-order".
 */
export const sixPointCoefficients: readonly (readonly [inner: number, middle: number, outer: number])[] = [
  [0.40513396007145713, 0.09251794438424393, 0.0023480660357067],
  [0.2834280633890669, 0.21703277024054901, 0.01309294748731515],
  [-0.191337682540351941, 0.16187844487943592, 0.02946017143111912],
  [-0.16471626190554542, -0.00154547203542499, 0.03399271444851909],
  [0.03845798729588149, -0.05712936104242644, 0.0186675092992107],
  [0.04317950185225609, -0.01802814255926417, 0.00152170021558204],
];

/** Frames on either side of a filter's middle, at the lower of its two rates. */
export const filterReach = 32;

/** Attenuation of what lies beyond a filter's band, in dB: sets the window. */
const stopDb = 110;

/** Twice the rate, with what the polynomial will lose in height put on top. Frame 2n lies where frame n lay. */
export function doubled(frames: Float32Array): Float32Array {
  const [even, odd] = doubling();
  const at = padded(frames, filterReach);
  const result = new Float32Array(frames.length * 2);
  for (let frame = 0; frame < frames.length; frame++) {
    const middle = frame + filterReach;
    let [on, between] = [even[0] * at[middle], 0];
    for (let tap = 1; tap <= filterReach; tap++) on += even[tap] * (at[middle - tap] + at[middle + tap]);
    for (let tap = 0; tap < filterReach; tap++) {
      between += odd[tap] * (at[middle - tap] + at[middle + 1 + tap]);
    }
    result[frame * 2] = on;
    result[frame * 2 + 1] = between;
  }
  return result;
}

/** Half the rate. Frame n lies where frame 2n lay. */
export function halved(frames: Float32Array): Float32Array {
  const taps = halving();
  const reach = taps.length - 1;
  const at = padded(frames, reach + 1);
  const result = new Float32Array(Math.ceil(frames.length / 2));
  for (let frame = 0; frame < result.length; frame++) {
    const middle = frame * 2 + reach + 1;
    let sum = taps[0] * at[middle];
    for (let tap = 1; tap <= reach; tap++) sum += taps[tap] * (at[middle - tap] + at[middle + tap]);
    result[frame] = sum;
  }
  return result;
}

/** Silence before and behind. */
function padded(frames: Float32Array, reach: number): Float64Array {
  const result = new Float64Array(frames.length + 2 * reach + 1);
  result.set(frames, reach);
  return result;
}

/** The two halves of the filter for twice the rate: weights of frames at whole, and at half distances. */
const doubling = once(() => {
  const response = polynomialResponse();
  // cosines of the wanted response below a quarter of the rate, summed by the midpoint rule
  const steps = response.length;
  const weight = (distance: number) => {
    let sum = 0;
    for (let step = 0; step < steps; step++) {
      sum += Math.cos(Math.PI / 2 * (step + 0.5) / steps * distance) / response[step];
    }
    return sum / steps * window(distance / (2 * filterReach + 1));
  };
  const even = Float64Array.from({ length: filterReach + 1 }, (_, tap) => weight(2 * tap));
  const odd = Float64Array.from({ length: filterReach }, (_, tap) => weight(2 * tap + 1));
  // both halves let direct current through alike
  const evenSum = even.reduce((sum, one, tap) => sum + (tap === 0 ? one : 2 * one), 0);
  const oddSum = odd.reduce((sum, one) => sum + 2 * one, 0);
  return [even.map((one) => one / evenSum), odd.map((one) => one / oddSum)] as const;
});

/** The filter for half the rate: weights by distance. */
const halving = once(() => {
  const taps = Float64Array.from({ length: 2 * filterReach + 1 }, (_, tap) => {
    const turn = Math.PI / 2 * tap;
    return (tap === 0 ? 0.5 : Math.sin(turn) / (2 * turn)) * window(tap / (2 * filterReach + 1));
  });
  const sum = taps.reduce((total, one, tap) => total + (tap === 0 ? one : 2 * one), 0);
  return taps.map((one) => one / sum);
});

/** The height of the polynomial's own response, from 0 to a quarter of its rate. */
function polynomialResponse(): Float64Array {
  const [steps, points] = [256, 64];
  const result = new Float64Array(steps);
  for (let step = 0; step < steps; step++) {
    const turnsPerFrame = Math.PI / 2 * (step + 0.5) / steps; // radians
    for (let point = 0; point < points; point++) {
      const z = (point + 0.5) / points - 0.5;
      sixPointCoefficients.forEach((weights, power) =>
        weights.forEach((weight, pair) => {
          const [after, before] = [pair + 0.5 - z, pair + 0.5 + z];
          const cosines = power % 2 === 0
            ? Math.cos(turnsPerFrame * after) + Math.cos(turnsPerFrame * before)
            : Math.cos(turnsPerFrame * after) - Math.cos(turnsPerFrame * before);
          result[step] += weight * z ** power * cosines / points;
        })
      );
    }
  }
  return result;
}

/** J. Kaiser's window: 1 in the middle, small at 1. */
function window(part: number): number {
  const beta = 0.1102 * (stopDb - 8.7);
  return bessel(beta * Math.sqrt(1 - part * part)) / bessel(beta);
}

/** The modified Bessel function of the first kind and order 0. */
function bessel(x: number): number {
  let [term, sum] = [1, 1];
  for (let n = 1; term > sum * 1e-17; n++) sum += term *= (x / 2 / n) ** 2;
  return sum;
}

function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => made ??= make();
}
