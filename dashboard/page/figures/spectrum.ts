/** Levels by frequency of a window of samples: a Hann window and a transform of Cooley and Tukey, radix 2. */

/** A table for one size. */
export class Spectrum {
  readonly #frames: number;
  readonly #window: Float64Array;
  readonly #real: Float64Array;
  readonly #imaginary: Float64Array;
  readonly #cosines: Float64Array;
  readonly #sines: Float64Array;

  /** @param frames a power of two, at least 4 */
  constructor(frames: number) {
    if (frames < 4 || !Number.isInteger(Math.log2(frames))) {
      throw new RangeError(`expected a power of two, found ${frames}`);
    }
    this.#frames = frames;
    this.#window = Float64Array.from(
      { length: frames },
      (_, n) => 0.5 - 0.5 * Math.cos(2 * Math.PI * n / frames),
    );
    this.#real = new Float64Array(frames);
    this.#imaginary = new Float64Array(frames);
    this.#cosines = Float64Array.from({ length: frames / 2 }, (_, k) => Math.cos(2 * Math.PI * k / frames));
    this.#sines = Float64Array.from({ length: frames / 2 }, (_, k) => -Math.sin(2 * Math.PI * k / frames));
  }

  /** Levels in dB of the frequencies k · rate / frames, k from 0 to frames / 2; a sine of full scale reads 0. */
  levels(samples: ArrayLike<number>): Float64Array {
    const frames = this.#frames;
    for (let n = 0; n < frames; n++) {
      this.#real[n] = (samples[n] ?? 0) * this.#window[n];
      this.#imaginary[n] = 0;
    }
    this.#transform();
    const levels = new Float64Array(frames / 2 + 1);
    for (let k = 0; k < levels.length; k++) {
      // half of the window's sum is what a sine of amplitude 1 leaves in its line
      const size = Math.hypot(this.#real[k], this.#imaginary[k]) / (frames / 4);
      levels[k] = size > 1e-10 ? 20 * Math.log10(size) : -200;
    }
    return levels;
  }

  #transform(): void {
    const frames = this.#frames;
    const [re, im] = [this.#real, this.#imaginary];
    for (let n = 1, reversed = 0; n < frames; n++) {
      let bit = frames >> 1;
      for (; reversed & bit; bit >>= 1) reversed ^= bit;
      reversed ^= bit;
      if (n < reversed) {
        [re[n], re[reversed]] = [re[reversed], re[n]];
        [im[n], im[reversed]] = [im[reversed], im[n]];
      }
    }
    for (let half = 1; half < frames; half *= 2) {
      const stride = frames / (2 * half);
      for (let start = 0; start < frames; start += 2 * half) {
        for (let k = 0; k < half; k++) {
          const [cosine, sine] = [this.#cosines[k * stride], this.#sines[k * stride]];
          const [a, b] = [start + k, start + k + half];
          const [turnedRe, turnedIm] = [re[b] * cosine - im[b] * sine, re[b] * sine + im[b] * cosine];
          re[b] = re[a] - turnedRe;
          im[b] = im[a] - turnedIm;
          re[a] += turnedRe;
          im[a] += turnedIm;
        }
      }
    }
  }
}
