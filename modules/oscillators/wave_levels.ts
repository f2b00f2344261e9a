/**
 * A wave as samples in several levels with more and more harmonics: a mip map. Each level has √2 times the harmonics of the one
 * before, so for every pitch there is a level whose highest harmonic lies in the last half octave. Four levels in a row have
 * the same length, the next four twice as much; a few operations give number and length of a level.
 */
import { cosineOfPoint, sineOfPoint, type Wave } from "./wave.ts";

/** Levels of a wave; the last has 724 harmonics, up to 20 kHz for 27.6 Hz. */
export const levels = 20;

/** Samples of the shortest levels. Long enough for straight lines between them: see {@link levelsOf}. */
export const shortestLevel = 256;

/** Samples of all levels, filled up to a power of two. */
export const samplesOfWave = 2 ** 15;

/** Points of a turn in `wave.ts`. */
const turn = 4_096;

/** Harmonics of a level. */
export function harmonicsOf(level: number): number {
  return Math.floor(Math.sqrt(2 ** level));
}

/** Samples of a level. */
export function samplesOf(level: number): number {
  return shortestLevel * 2 ** (level >> 2);
}

/** Offset of a level among the samples of its wave. */
export function startOf(level: number): number {
  return samplesOf(level) * (4 + (level & 3)) - 4 * shortestLevel;
}

/**
 * All levels of a wave in one list. Straight lines between samples take (sin x / x)² from a harmonic, x = π·harmonic/samples,
 * which is compensated here, and leave images of it around the multiples of the length, lower by (harmonic/samples)²: 87 dB
 * under the fundamental for the last harmonics of a saw.
 */
export function levelsOf(wave: Wave): Float32Array {
  const heights = Array.from({ length: harmonicsOf(levels - 1) }, (_, index) => {
    const height = wave(index + 1);
    return typeof height === "number" ? [height, 0] : height;
  });
  const all = new Float32Array(samplesOfWave);
  for (let first = 0; first < levels; first += 4) {
    const length = samplesOf(first);
    const sum = new Float64Array(length);
    let harmonic = 0;
    for (let level = first; level < first + 4; level++) {
      while (harmonic < harmonicsOf(level)) {
        const [sine, cosine] = heights[harmonic++];
        if (sine === 0 && cosine === 0) continue;
        const x = Math.PI * harmonic / length;
        const lift = (x / Math.sin(x)) ** 2;
        for (let sample = 0; sample < length; sample++) {
          const point = harmonic * sample * (turn / length);
          sum[sample] += lift * (sine * sineOfPoint(point) + cosine * cosineOfPoint(point));
        }
      }
      all.set(sum, startOf(level));
    }
  }
  return all;
}
