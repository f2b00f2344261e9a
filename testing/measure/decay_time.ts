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
  return -60 / slope / rateHz * (response.length / band.length);
}

/**
 * What lies between two frequencies, in turns a frame: a bell, because steep edges would ring. What it rings ahead of the
 * first frame falls into silence behind the last and is left out. A band far below half the rate needs few samples, so it
 * comes at a lower rate: the length of the whole over the length of the band.
 */
function bandOf(samples: Float32Array, low: number, high: number): Float64Array {
  const size = 2 * samples.length;
  const bins = spectrumOf(samples);
  const [center, width] = [(low + high) / 2, (high - low) / 4];
  const first = Math.max(0, Math.ceil((center - maxWidths * width) * size));
  const last = Math.min(size / 2 - 1, Math.floor((center + maxWidths * width) * size));
  const bandSize = Math.min(size, 2 ** Math.ceil(Math.log2(2 * (last + 1))));
  const fft = transformOf(bandSize);
  const band: number[] = fft.createComplexArray();
  for (let bin = first; bin <= last; bin++) {
    const gain = Math.exp(-0.5 * ((bin / size - center) / width) ** 2);
    band[2 * bin] = bins[2 * bin] * gain;
    band[2 * bin + 1] = bins[2 * bin + 1] * gain;
  }
  fft.completeSpectrum(band);
  const back: number[] = fft.createComplexArray();
  fft.inverseTransform(back, band);
  return Float64Array.from({ length: bandSize / 2 }, (_, frame) => back[2 * frame]);
}

/** Widths of the bell from its middle to where it counts for nothing, -310 dB. */
const maxWidths = 8.5;

/** Spectra of responses that were measured: each is asked for in several bands. */
const spectra = new WeakMap<Float32Array, readonly number[]>();

/** The lower half of the spectrum, with as many zeros behind the samples as there are samples. */
function spectrumOf(samples: Float32Array): readonly number[] {
  const known = spectra.get(samples);
  if (known) return known;
  const fft = transformOf(2 * samples.length);
  const bins: number[] = fft.createComplexArray();
  const padded = new Float64Array(2 * samples.length);
  padded.set(samples);
  fft.realTransform(bins, padded);
  spectra.set(samples, bins);
  return bins;
}

/** Transforms by size; their tables cost as much as a transform. */
const transforms = new Map<number, FFT>();

function transformOf(size: number): FFT {
  let transform = transforms.get(size);
  if (!transform) transforms.set(size, transform = new FFT(size));
  return transform;
}
