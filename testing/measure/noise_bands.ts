import { spectrum } from "./spectrum.ts";

/** Mean power a bin in a third of an octave. */
export interface Band {
  readonly hz: number;
  readonly db: number;
}

const window = 1 << 15;

/** Thirds of an octave from one frequency to another, averaged over windows that overlap by half. */
export function averageOfBands(samples: Float32Array, rateHz: number, fromHz: number, toHz: number): Band[] {
  const power = new Float64Array(window / 2 + 1);
  for (let start = 0; start + window <= samples.length; start += window / 2) {
    const windowed = samples.subarray(start, start + window).map((sample, frame) =>
      sample * (1 - Math.cos(2 * Math.PI * (frame + 0.5) / window))
    );
    spectrum(windowed).forEach((size, bin) => power[bin] += size ** 2);
  }
  const bands: Band[] = [];
  const third = 2 ** (1 / 3);
  for (let low = fromHz; low * third <= toHz; low *= third) {
    const bins = [low, low * third].map((hz) => Math.round(hz * window / rateHz));
    const [from, to] = [bins[0], Math.max(bins[0] + 1, bins[1])];
    // the place of a bin counts by its logarithm, as the slope does
    const places = Array.from({ length: to - from }, (_, index) => Math.log(from + index));
    const levels = places.map((_, index) => 10 * Math.log10(power[from + index]));
    const mean = (list: readonly number[]) => list.reduce((sum, one) => sum + one) / list.length;
    bands.push({ hz: Math.exp(mean(places)) * rateHz / window, db: mean(levels) });
  }
  return bands;
}

/** Decibels an octave: the straight line of the least squares. */
export function slopeDb(bands: readonly Band[]): number {
  const octaves = bands.map(({ hz }) => Math.log2(hz));
  const [middle, level] = [octaves, bands.map(({ db }) => db)].map((list) =>
    list.reduce((sum, one) => sum + one) / list.length
  );
  const above = octaves.map((octave) => octave - middle);
  return above.reduce((sum, by, band) => sum + by * (bands[band].db - level), 0) /
    above.reduce((sum, by) => sum + by * by, 0);
}
