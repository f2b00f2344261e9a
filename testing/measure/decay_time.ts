import FFT from "fft.js";

/**
 * Seconds in which an impulse response falls by 60 dB in a band, as ISO 3382 measures it: the energy that is still to come
 * (M. R. Schroeder 1965), a straight line through what lies between -5 and -35 dB of it, carried on to -60.
 *
 * @param response as long as a power of two, at least until it has fallen by 45 dB
 */
export function decayTime(response: Float32Array, rateHz: number, lowHz: number, highHz: number): number {
  const band = bandOf(response, lowHz / rateHz, highHz / rateHz);
  const energy = new Float64Array(band.length);
  for (let frame = band.length - 1, sum = 0; frame >= 0; frame--) energy[frame] = sum += band[frame] ** 2;
  const levelDb = (frame: number) => 10 * Math.log10(energy[frame] / energy[0]);
  let [frame, count, sumX, sumY, sumXX, sumXY] = [0, 0, 0, 0, 0, 0];
  while (levelDb(frame) > -5) frame++;
  for (; levelDb(frame) > -35; frame++) {
    const y = levelDb(frame);
    [count, sumX, sumY, sumXX, sumXY] = [
      count + 1,
      sumX + frame,
      sumY + y,
      sumXX + frame * frame,
      sumXY + frame * y,
    ];
  }
  const slope = (count * sumXY - sumX * sumY) / (count * sumXX - sumX ** 2);
  return -60 / slope / rateHz;
}

/**
 * What lies between two frequencies, in turns a frame: a bell, because steep edges would ring. What it rings ahead of the
 * first frame falls into silence behind the last and is left out.
 */
function bandOf(samples: Float32Array, low: number, high: number): Float64Array {
  const size = 2 * samples.length;
  const fft = new FFT(size);
  const bins: number[] = fft.createComplexArray();
  fft.realTransform(bins, [...samples, ...new Float32Array(samples.length)]);
  fft.completeSpectrum(bins);
  for (let bin = 0; bin < size; bin++) {
    const turns = Math.min(bin, size - bin) / size;
    const gain = Math.exp(-0.5 * ((turns - (low + high) / 2) / ((high - low) / 4)) ** 2);
    bins[2 * bin] *= gain;
    bins[2 * bin + 1] *= gain;
  }
  const back: number[] = fft.createComplexArray();
  fft.inverseTransform(back, bins);
  return Float64Array.from({ length: samples.length }, (_, frame) => back[2 * frame]);
}
