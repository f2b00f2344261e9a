/**
 * A wave by its harmonics: the height of the sine of harmonic 1, 2, 3 and so on, or of its sine and cosine. Called when a
 * patch is built.
 */
export type Wave = (harmonic: number) => number | readonly [sine: number, cosine: number];

/** Points that a drawn wave is measured at. */
const points = 4_096;

/** Sine of a part of {@link points} turns, by Taylor's series: the same bits on every machine, unlike `Math.sin`. */
const sines = Float64Array.from({ length: points }, (_, point) => {
  const turns = point / points;
  // folded to a quarter of a turn on each side of zero
  const folded = turns < 0.25 ? turns : turns < 0.75 ? 0.5 - turns : turns - 1;
  const x = 2 * Math.PI * folded;
  let [term, sum] = [x, x];
  for (let power = 3; power < 25; power += 2) {
    term *= -x * x / (power * (power - 1));
    sum += term;
  }
  return sum;
});

/** sin(2π · point/4096), for any whole number. */
export function sineOfPoint(point: number): number {
  return sines[point & points - 1];
}

/** cos(2π · point/4096), for any whole number. */
export function cosineOfPoint(point: number): number {
  return sines[point + points / 4 & points - 1];
}

/**
 * The harmonics of a wave given by a formula or a drawing: a function of the turns from 0 to 1. Direct current is left out.
 */
export function waveOf(shape: (turns: number) => number): Wave {
  // points lie between the steps of a square or a saw, so that both sides count alike
  const drawn = Float64Array.from({ length: points / 2 }, (_, point) => shape((point + 0.5) / (points / 2)));
  return (harmonic) => {
    let [sine, cosine] = [0, 0];
    drawn.forEach((height, point) => {
      sine += height * sineOfPoint(harmonic * (2 * point + 1));
      cosine += height * cosineOfPoint(harmonic * (2 * point + 1));
    });
    return [sine * 4 / points, cosine * 4 / points];
  };
}

const odd = (harmonic: number) => harmonic % 2 === 1;

/** Sine, triangle, square and rising saw: from dull to bright. All begin at 0. */
export const classicWaves: readonly Wave[] = [
  (harmonic) => harmonic === 1 ? 1 : 0,
  (harmonic) => odd(harmonic) ? 8 / Math.PI ** 2 / harmonic ** 2 * (harmonic % 4 === 1 ? 1 : -1) : 0,
  (harmonic) => odd(harmonic) ? 4 / Math.PI / harmonic : 0,
  (harmonic) => 2 / Math.PI / harmonic * (odd(harmonic) ? 1 : -1),
];
