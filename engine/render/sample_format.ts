/** Formats of samples in a WAV file: 16- and 24-bit integers, or 32-bit floats, which keep the samples unchanged. */
export const sampleFormats = ["16", "24", "32f"] as const;
export type SampleFormat = typeof sampleFormats[number];

/** Bytes of a sample. */
export function sampleBytes(format: SampleFormat): number {
  return parseInt(format) / 8;
}

/**
 * Turns samples into the little-endian bytes of a format. Full scale is 1: an integer is the sample times 2^15 or 2^23,
 * rounded to the nearest (halves upwards); values beyond the range become the nearest in it, and are counted.
 */
export class SampleEncoder {
  readonly #format: SampleFormat;
  readonly #dither: boolean;
  #random: number;
  #clipped = 0;

  /** @param ditherSeed adds triangular noise of ±1 step before rounding, the same for the same seed; integers only */
  constructor(format: SampleFormat, ditherSeed?: number) {
    this.#format = format;
    this.#dither = ditherSeed !== undefined && format !== "32f";
    this.#random = (ditherSeed ?? 0) ^ 0x9E3779B9 || 1; // xorshift never leaves 0
  }

  /** Samples beyond full scale so far: limited in integers, kept as they are in floats. */
  get clippedSamples(): number {
    return this.#clipped;
  }

  encode(samples: Float32Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
    if (this.#format === "32f") {
      for (const sample of samples) if (Math.abs(sample) > 1) this.#clipped++;
      return new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
    }
    const size = sampleBytes(this.#format);
    const bytes = new Uint8Array(samples.length * size);
    let at = 0;
    for (const value of this.integers(samples)) {
      for (let byte = 0; byte < size; byte++) bytes[at++] = value >> (byte * 8);
    }
    return bytes;
  }

  /** The same as whole numbers, for encoders of other files; not for floats. */
  integers(samples: Float32Array): Int32Array<ArrayBuffer> {
    const values = new Int32Array(samples.length);
    const top = 2 ** (sampleBytes(this.#format) * 8 - 1);
    for (let index = 0; index < samples.length; index++) {
      const noise = this.#dither ? this.#uniform() - this.#uniform() : 0;
      const wanted = Math.round(samples[index] * top + noise);
      const value = Math.max(-top, Math.min(top - 1, wanted));
      if (value !== wanted) this.#clipped++;
      values[index] = value;
    }
    return values;
  }

  /** 0..1 by xorshift32: G. Marsaglia, "Xorshift RNGs" (2003). */
  #uniform(): number {
    this.#random ^= this.#random << 13;
    this.#random ^= this.#random >>> 17;
    this.#random ^= this.#random << 5;
    return (this.#random >>> 0) / 2 ** 32;
  }
}
