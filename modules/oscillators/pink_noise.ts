import { defineModule } from "../signal/module.ts";
import { feedback } from "../signal/feedback.ts";
import { constant } from "../signal/signal.ts";
import { noise } from "./noise.ts";

/** Poles lie this far apart; half way to the next is a zero. Denser ones ripple less, below 0.02 dB already here. */
const spacing = 3.5;

/** No pole lies below: the noise is white there, so that its power is finite. */
const lowestHz = 6;

/** Corrects the error of sampling a continuous filter near half the sample rate; fitted for the smallest maximum error. */
const mending = 0.08;

/** Root mean square of the noise; peaks beyond 1 are five times that and rare. */
export const noiseLevel = 0.2;

interface Pole {
  readonly pole: number;
  readonly residue: number;
}

/** The filter as a sum of one-poles beside a direct part. */
interface Pinking {
  readonly direct: number;
  readonly poles: readonly Pole[];
}

/** Poles and zeros by turns, expanded into partial fractions. */
function pinking(sampleRateHz: number): Pinking {
  const places: { pole: number; zero: number }[] = [];
  const at = (frequencyHz: number) => Math.exp(-2 * Math.PI * frequencyHz / sampleRateHz);
  for (let frequencyHz = sampleRateHz / 2; frequencyHz > lowestHz; frequencyHz /= spacing) {
    places.push({ zero: at(frequencyHz), pole: at(frequencyHz / Math.sqrt(spacing)) });
  }
  const product = (factors: readonly number[]) => factors.reduce((all, factor) => all * factor, 1);
  return {
    direct: product(places.map(({ pole, zero }) => zero / pole)),
    poles: places.map(({ pole }) => ({
      pole,
      residue: product(places.map(({ zero }) => 1 - zero / pole)) /
        product(places.filter((other) => other.pole !== pole).map((other) => 1 - other.pole / pole)),
    })),
  };
}

/** Sum of the squares of the response to an impulse, the correction included. */
function powerOf({ direct, poles }: Pinking): number {
  let [power, neighbours] = [direct ** 2, 0];
  for (const one of poles) {
    power += 2 * direct * one.residue;
    neighbours += direct * one.residue * one.pole;
    for (const other of poles) {
      const product = one.residue * other.residue / (1 - one.pole * other.pole);
      power += product;
      neighbours += product * one.pole;
    }
  }
  return power * (1 + mending ** 2) + 2 * mending * neighbours;
}

/** Falls by 3.01 dB an octave within 0.1 dB from 30 Hz to 20 kHz; flat below 6 Hz. */
export const pinkNoise = defineModule({
  name: "pinkNoise",
  summary: "pink noise: the same power in every octave",
  source:
    "J. O. Smith, H. F. Smith: Closed form fractional integration and differentiation via real exponentially spaced " +
    "pole-zero pairs (2016); poles and zeros by impulse invariance",
  inputs: {},
  parameters: {},
  options: {},
  process: (_signals, _options, { sampleRateHz }) => {
    const filter = pinking(sampleRateHz);
    // white noise from -1 to 1 has a third of the power of a square
    const scale = noiseLevel / Math.sqrt(powerOf(filter) / 3);
    let white = constant(0);
    feedback(0, (before) => {
      const now = noise({});
      white = now.plus(before.times(mending));
      return now;
    });
    return filter.poles.reduce(
      (sum, { pole, residue }) =>
        sum.plus(feedback(0, (before) => before.times(pole).plus(white)).times(residue * scale)),
      white.times(filter.direct * scale),
    );
  },
});
