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
 * Level of the loudest component that is not a harmonic, in decibels relative to the fundamental. The wave has to fit into
 * the samples an odd number of times, so that harmonics, also those that are folded, each have a bin of their own.
 *
 * @param turnsPerFrame highest frequency that is looked at
 */
export function aliasDb(samples: ArrayLike<number>, periods: number, turnsPerFrame = 0.5): number {
  const bins = spectrum(samples);
  let loudest = 0;
  bins.subarray(0, Math.floor(samples.length * turnsPerFrame) + 1).forEach((size, bin) => {
    if (bin % periods !== 0) loudest = Math.max(loudest, size);
  });
  return decibels(loudest / bins[periods]);
}

/**
 * A frequency within a semitone of `aboutHz`, from how far its phase advances between two windows side by side; they
 * grow from 4 periods to all samples, so that no whole turn is overlooked. Good to a millicent.
 */
export function measureHz(samples: Float32Array, aboutHz: number, rateHz: number): number {
  const phaseOf = (start: number, length: number, frequencyHz: number) => {
    const windowed = samples.subarray(start, start + length).map((sample, frame) =>
      sample * (1 - Math.cos(2 * Math.PI * (frame + 0.5) / length)) / 2
    );
    return phaseTurnsAt(windowed, frequencyHz, rateHz);
  };
  let foundHz = aboutHz;
  const longest = Math.floor(samples.length / 2);
  let length = Math.min(longest, Math.round(4 * rateHz / aboutHz));
  while (true) {
    const gained = phaseOf(length, length, foundHz) - phaseOf(0, length, foundHz) - length * foundHz / rateHz;
    foundHz += (gained - Math.round(gained)) * rateHz / length;
    if (length === longest) return foundHz;
    length = Math.min(longest, length * 2);
  }
}
