import FFT from "fft.js";

/** Magnitude of every bin from 0 to half the rate. Lengths are powers of two; nothing is scaled, so an impulse has 1. */
export function spectrum(samples: ArrayLike<number>): Float64Array {
  const fft = new FFT(samples.length);
  const bins: number[] = fft.createComplexArray();
  fft.realTransform(bins, Array.from(samples));
  return Float64Array.from(
    { length: samples.length / 2 + 1 },
    (_, bin) => Math.hypot(bins[2 * bin], bins[2 * bin + 1]),
  );
}

/** A ratio of amplitudes in decibels. */
export function decibels(ratio: number): number {
  return 20 * Math.log10(ratio);
}

/** Gain in decibels at a frequency, from an impulse response. Exact, not only at the bins of a transform. */
export function gainDbAt(response: ArrayLike<number>, frequencyHz: number, rateHz: number): number {
  return decibels(Math.hypot(...transformAt(response, frequencyHz / rateHz)));
}

/** Phase in turns at a frequency, from an impulse response. */
export function phaseTurnsAt(response: ArrayLike<number>, frequencyHz: number, rateHz: number): number {
  const [real, imaginary] = transformAt(response, frequencyHz / rateHz);
  return Math.atan2(imaginary, real) / (2 * Math.PI);
}

/** The Fourier transform at one frequency, given in turns a frame. */
export function transformAt(samples: ArrayLike<number>, turnsPerFrame: number): [number, number] {
  let [real, imaginary] = [0, 0];
  for (let frame = 0; frame < samples.length; frame++) {
    const angle = -2 * Math.PI * ((frame * turnsPerFrame) % 1);
    real += samples[frame] * Math.cos(angle);
    imaginary += samples[frame] * Math.sin(angle);
  }
  return [real, imaginary];
}

/**
 * Level of the loudest component that is not a harmonic, in decibels below the fundamental. The wave has to fit into the
 * samples `periods` times, an odd number, so that harmonics, also those that are folded, each have a bin of their own.
 */
export function aliasDb(samples: ArrayLike<number>, periods: number): number {
  const bins = spectrum(samples);
  let loudest = 0;
  bins.forEach((size, bin) => {
    if (bin % periods !== 0) loudest = Math.max(loudest, size);
  });
  return decibels(loudest / bins[periods]);
}

/** A frequency near `aboutHz`, from how far its phase advances between the two halves; good to a millicent. */
export function measureHz(samples: Float32Array, aboutHz: number, rateHz: number): number {
  const half = Math.floor(samples.length / 2);
  const phaseOf = (start: number) => {
    const windowed = samples.subarray(start, start + half).map((sample, frame) =>
      sample * (1 - Math.cos(2 * Math.PI * (frame + 0.5) / half)) / 2
    );
    const [real, imaginary] = transformAt(windowed, aboutHz / rateHz);
    return Math.atan2(imaginary, real) / (2 * Math.PI);
  };
  const advance = phaseOf(half) - phaseOf(0);
  const expected = half * aboutHz / rateHz;
  const turns = advance + expected - Math.round(advance + expected - expected);
  const rest = turns - expected;
  return aboutHz + (rest - Math.round(rest)) * rateHz / half;
}
