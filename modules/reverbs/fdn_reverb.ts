import { defineModule } from "../signal/module.ts";
import { exp2, tan } from "../signal/math.ts";
import { channel } from "../signal/channels.ts";
import { DelayLine } from "../signal/delay_line.ts";
import { feedback } from "../signal/feedback.ts";
import { constant, type Signal } from "../signal/signal.ts";
import { heldInLoop, sides, swapped } from "../utility/stereo.ts";
import { preDelay, preDelayed } from "./pre_delay.ts";

/** The shortest line as part of the longest. The lengths between are spread evenly by ratio. */
const shortestPart = 0.35;

/** All-passes on the way in, in seconds for left and right: an impulse is a crowd before the first echo. */
const diffusers = [[0.0047, 0.0051], [0.0113, 0.0127], [0.0023, 0.0029]] as const;
const diffuserGain = 0.6;

/** Mean time that the diffusers take. */
const diffusionSeconds = diffusers.reduce((sum, [left, right]) => sum + (left + right) / 2, 0);

/**
 * When walls answer first, as part of the longest line, for left and right: irregular, and closer together the later. Every
 * third one comes from the other side.
 */
const earlyParts = [
  [0.047, 0.058],
  [0.107, 0.094],
  [0.161, 0.177],
  [0.240, 0.226],
  [0.304, 0.322],
  [0.397, 0.379],
  [0.473, 0.491],
  [0.583, 0.565],
] as const;

/** Decay time of one band. With lines of the usual length, shorter ones are over before the echoes are dense. */
const decay = { unit: "s", min: 0.3, max: 60, curve: "exponential", smoothingSeconds: 0.05 } as const;

/** A room with a given decay time in seconds for low, middle and high tones. */
export const fdnReverb = defineModule({
  name: "fdnReverb",
  summary: "a room whose decay is set in seconds for three bands; stereo, wet only",
  source:
    "J. M. Jot, A. Chaigne: Digital delay networks for designing artificial reverberators, AES 90 (1991); " +
    "Hadamard matrix; bands by first-order crossovers",
  inputs: { input: { kind: "1", why: "left and right, each into half of the lines" } },
  parameters: {
    lowDecaySeconds: { ...decay, default: 2.4, why: "time to fall by 60 dB, below the lower crossover" },
    decaySeconds: { ...decay, default: 2, why: "time to fall by 60 dB, between the crossovers" },
    highDecaySeconds: { ...decay, default: 0.8, why: "time to fall by 60 dB, above the upper crossover" },
    preDelaySeconds: { ...preDelay, why: "time before the room answers; larger rooms answer later" },
  },
  outputOnly: true,
  options: { lines: 16 as 8 | 16, maxSeconds: 0.09, lowCrossoverHz: 250, highCrossoverHz: 4_000 },
  process: (signals, options, { sampleRateHz, reject }) => {
    const { input, lowDecaySeconds, decaySeconds, highDecaySeconds, preDelaySeconds } = signals;
    const { lines, maxSeconds, lowCrossoverHz, highCrossoverHz } = options;
    if (lines !== 8 && lines !== 16) reject("lines", `expected 8 or 16, found ${lines}`);
    if (!(maxSeconds >= 0.02 && maxSeconds <= 0.5)) {
      reject("maxSeconds", `expected 0.02 to 0.5 s, found ${maxSeconds}`);
    }
    if (!(lowCrossoverHz >= 20 && lowCrossoverHz < highCrossoverHz)) {
      reject("lowCrossoverHz", `expected 20 Hz to the upper crossover, found ${lowCrossoverHz}`);
    }
    if (!(highCrossoverHz <= 20_000)) {
      reject("highCrossoverHz", `expected up to 20000 Hz, found ${highCrossoverHz}`);
    }

    const arrived = preDelayed(input, preDelaySeconds, sampleRateHz);
    const lengths = lineLengths(lines, maxSeconds * sampleRateHz);
    const meanSeconds = lengths.reduce((sum, length) => sum + length) / lines / sampleRateHz;
    // a room's energy falls by 60 dB in its decay: so much of it belongs to a stretch of time, and all of it together is 1
    const density = constant<"s">(6 * Math.LN10).ratio(decaySeconds);
    const early = earlyReflections(arrived, { density, maxSeconds, sampleRateHz });
    // as soft as the room has become when the diffusers let it through
    let entering = arrived.times(density.times(meanSeconds).sqrt()).times(fallen(density, diffusionSeconds));
    for (const [left, right] of diffusers) {
      const [one, other] = [left, right].map((seconds) => Math.max(1, Math.round(seconds * sampleRateHz)));
      const line = new DelayLine(Math.max(one, other));
      const delayed = line.read(sides(one, other).toInteger());
      const taken = entering.minus(delayed.times(diffuserGain));
      line.write(taken);
      entering = delayed.plus(taken.times(diffuserGain));
    }

    const count = lines / 2;
    // neighbours in length go left and right, so that both sides are equally dense
    const pairs = Array.from({ length: count }, (_, index) => [lengths[2 * index], lengths[2 * index + 1]]);
    const network = pairs.map(([left, right]) => new DelayLine(Math.max(left, right)));
    const decaying = pairs.map(([left, right], index) => {
      const seconds = sides(left / sampleRateHz, right / sampleRateHz).times(-3 * Math.log2(10));
      const [low, middle, high] = [lowDecaySeconds, decaySeconds, highDecaySeconds]
        .map((time) => exp2(seconds.times(constant<"s">(1).ratio(time))));
      const late = heldInLoop(network[index].read(sides(left, right).toInteger()));
      const belowHigh = firstOrderLow(late, highCrossoverHz, sampleRateHz);
      const belowLow = firstOrderLow(late, lowCrossoverHz, sampleRateHz);
      // never more than the greatest of the three gains, at any frequency
      return late.times(high).plus(belowHigh.times(middle.minus(high))).plus(
        belowLow.times(low.minus(middle)),
      );
    });
    const mixed = acrossSides(hadamard(decaying)).map((one) => one.times(1 / Math.sqrt(lines)));
    mixed.forEach((one, index) => network[index].write(one.plus(index % 2 ? entering.negated() : entering)));
    const signs = mixed.map((_, index) => (index >> 1) % 2 ? -1 : 1);
    const late = decaying.reduce(
      (sum, one, index) => signs[index] > 0 ? sum.plus(one) : sum.minus(one),
      constant(0),
    );
    return late.times(1 / Math.sqrt(count)).plus(early);
  },
});

/** Single echoes before the first of the network, each with the energy of the time up to the next. */
function earlyReflections(
  arrived: Signal<"1">,
  { density, maxSeconds, sampleRateHz }: {
    readonly density: Signal<"1">;
    readonly maxSeconds: number;
    readonly sampleRateHz: number;
  },
): Signal<"1"> {
  const frames = earlyParts.map((pair) => pair.map((part) => Math.round(part * maxSeconds * sampleRateHz)));
  const line = new DelayLine(Math.max(...frames.flat()));
  line.write(arrived);
  return frames.reduce<Signal<"1">>((sum, [left, right], index) => {
    const isCrossed = index % 3 === 2;
    const [middle, before] = [index, index - 1].map((place) =>
      place < 0 ? 0 : (frames[place][0] + frames[place][1]) / 2
    );
    const spanSeconds = (middle - before) / sampleRateHz;
    const level = density.times(spanSeconds).sqrt().times(fallen(density, middle / sampleRateHz));
    const heard = isCrossed
      ? swapped(line.read(sides(right, left).toInteger())).negated()
      : line.read(sides(left, right).toInteger());
    return sum.plus(heard.times(level));
  }, constant(0));
}

/** Amplitude that is left some time after the first sound. */
function fallen(density: Signal<"1">, seconds: number): Signal<"1"> {
  return exp2(density.times(-seconds / 2 / Math.LN2));
}

/** Primes, so that no two lines ring together, from the shortest to the longest. */
function lineLengths(count: number, longest: number): number[] {
  const lengths: number[] = [];
  for (let index = 0; index < count; index++) {
    let length = Math.round(longest * shortestPart ** (1 - index / (count - 1)));
    while (!isPrime(length) || lengths.includes(length)) length++;
    lengths.push(length);
  }
  return lengths;
}

function isPrime(number: number): boolean {
  for (let factor = 2; factor * factor <= number; factor++) if (number % factor === 0) return false;
  return number > 1;
}

/** Low-pass of 6 dB an octave by the trapezoidal rule, with a corner that never moves. */
function firstOrderLow(input: Signal<"1">, cornerHz: number, sampleRateHz: number): Signal<"1"> {
  const g = tan(constant(Math.PI * Math.min(cornerHz / sampleRateHz, 0.45)));
  const part = constant(1).minus(constant(1).over(g.plus(1)));
  let low = input;
  feedback(0, (state) => {
    const step = input.minus(state).times(part);
    low = state.plus(step);
    return low.plus(step);
  });
  return low;
}

/** The fast Walsh-Hadamard transform, not scaled. */
function hadamard(signals: readonly Signal<"1">[]): readonly Signal<"1">[] {
  if (signals.length === 1) return signals;
  const half = signals.length / 2;
  const sums = signals.slice(0, half).map((one, index) => one.plus(signals[index + half]));
  const differences = signals.slice(0, half).map((one, index) => one.minus(signals[index + half]));
  return [...hadamard(sums), ...hadamard(differences)];
}

/** The same between left and right: their sum on the left, their difference on the right. */
function acrossSides(signals: readonly Signal<"1">[]): readonly Signal<"1">[] {
  const sign = sides(1, -1);
  return signals.map((one) => channel(one, 0).plus(channel(one, 1).times(sign)));
}
