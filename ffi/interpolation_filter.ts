/** As `US_RECEIVE_TAPS` and `US_RECEIVE_PHASES` of `ffi/native/rtp_receive.h`. */
const taps = 32;
const phases = 256;

/** Shape of the Kaiser window: side lobes 90 dB below. */
const beta = 9;

/**
 * The filter that gives the sound between two frames, for `us_receive_open`: a row of taps for each phase, and one for the next frame.
 * At a whole frame it is that frame, bit for bit.
 */
export function interpolationFilter(): Float32Array<ArrayBuffer> {
  const table = new Float32Array((phases + 1) * taps);
  for (let phase = 0; phase <= phases; phase++) {
    const row = Array.from({ length: taps }, (_, tap) => {
      const distance = tap - (taps / 2 - 1) - phase / phases;
      return sinc(distance) * kaiser(distance / (taps / 2));
    });
    const sum = row.reduce((total, weight) => total + weight, 0);
    table.set(row.map((weight) => weight / sum), phase * taps);
  }
  return table;
}

function sinc(distance: number): number {
  if (Number.isInteger(distance)) return distance === 0 ? 1 : 0;
  return Math.sin(Math.PI * distance) / (Math.PI * distance);
}

/** Source: J. Kaiser, "Nonrecursive digital filter design using the I0-sinh window function" (1974). */
function kaiser(place: number): number {
  return place * place >= 1 ? 0 : besselI0(beta * Math.sqrt(1 - place * place)) / besselI0(beta);
}

function besselI0(x: number): number {
  let [term, sum] = [1, 1];
  for (let step = 1; term > sum * 1e-17; step++) sum += term *= (x / 2 / step) ** 2;
  return sum;
}
