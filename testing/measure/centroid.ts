import { spectrum } from "./spectrum.ts";

/**
 * Mean frequency of a sound in hertz, each one by its power: how bright it is. A window that ends in silence keeps the ends of
 * the samples out of it.
 *
 * @param samples as many as a power of two
 */
export function centroidHz(samples: ArrayLike<number>, rateHz: number): number {
  const { length } = samples;
  const windowed = Float64Array.from(
    { length },
    (_, frame) => samples[frame] * (1 - Math.cos(2 * Math.PI * (frame + 0.5) / length)) / 2,
  );
  let [power, weighted] = [0, 0];
  spectrum(windowed).forEach((size, bin) => {
    power += size ** 2;
    weighted += size ** 2 * bin * rateHz / length;
  });
  return weighted / power;
}
