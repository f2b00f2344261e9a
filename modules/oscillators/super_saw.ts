import { defineModule } from "../signal/module.ts";
import { exp2, log2, polynomial } from "../signal/math.ts";
import { seededFeedback } from "../signal/feedback.ts";
import { constant, type Signal } from "../signal/signal.ts";
import { table } from "../signal/table.ts";
import { checkedOversampling, decimated } from "../distortion/oversampled.ts";
import { oscillatorFrequency, phaseOf, phasePoints, playable } from "./phase.ts";
import { bandLimitedSaw } from "./saw.ts";
import { unity } from "../signal/unity.ts";

/** Detuning of each saw beside the middle one at full detune, as a part of the frequency. */
const spread = [-0.11002313, -0.06288439, -0.01952356, 0.01991221, 0.06216538, 0.10745242];

/** Part of the full detune against the knob, lowest power first. */
const knobTerms = [
  ...[0.0030115596, 0.6717417634, -24.1878824391, 404.2703938388, -3425.0836591318, 17019.951858008],
  ...[-53046.9642751875, 106649.6679158292, -138150.6761080548, 111363.4808729368, -50818.8652045924],
  10028.7312891634,
];

/** The terms nearly cancel, which needs more than 32 bits, so the curve is a table of the 128 values of MIDI. */
const knobCurve = Array.from(
  { length: 128 },
  (_, step) => knobTerms.reduceRight((inner, term) => inner * (step / 127) + term),
);

/** Levels of the middle saw and of each of the others, against the mix, lowest power first. */
const [middleTerms, sideTerms] = [[0.99785, -0.55366], [0.044372, 1.2841, -0.73764]];

function detuning(detune: Signal<"1">): Signal<"1"> {
  const place = detune.times(127);
  const step = place.floor().atMost(126);
  const look = table(knobCurve);
  const [from, to] = [0, 1].map((offset) => look(step.toInteger().plus(offset)));
  return from.plus(to.minus(from).times(place.minus(step)));
}

/**
 * Seven saws, as loud as one at any mix (its peaks reach 2.7), each beginning at a random place in its period. The saws of the
 * original alias, and a high-pass hides the worst of it; these are band-limited and need none.
 */
export const superSaw = defineModule({
  name: "superSaw",
  summary: "seven detuned saws",
  source:
    "A. Szabo: How to emulate the super saw (2010): detuning, curve of the knob and mix, measured on a JP-8000",
  inputs: {},
  parameters: {
    frequencyHz: oscillatorFrequency,
    detune: {
      ...unity,
      default: 0.35,
      why: "the outermost saw is 13 cents off at 0.35, 200 at 1; half of that lies above 0.95",
    },
    mix: {
      ...unity,
      default: 0.75,
      why: "level of the six saws beside the middle one; at 0.75 all are equally loud, nearly",
    },
  },
  /** Computations a frame: 1, 2 or 4. */
  options: { oversampling: 2 },
  process: ({ frequencyHz, detune, mix }, { oversampling }, { sampleRateHz, reject }) => {
    const times = checkedOversampling(oversampling, reject);
    const sawAt = (part: Signal<"1"> | number) => {
      const playing = playable(frequencyHz.times(part), sampleRateHz);
      return phasePoints(phaseOf(playing, sampleRateHz, seededFeedback), times).map(bandLimitedSaw);
    };
    const detuned = detuning(detune);
    const saws = spread.map((part) => sawAt(detuned.times(part).plus(1)));
    const middle = sawAt(constant(1));
    const [middleGain, sideGain] = [middleTerms, sideTerms].map((terms) => polynomial(mix, terms));
    const power = middleGain.squared().plus(sideGain.squared().times(spread.length));
    const loudness = exp2(log2(power).times(-0.5));
    const [middleLoudness, sideLoudness] = [middleGain, sideGain].map((gain) => gain.times(loudness));
    // each point is mixed before the frame is made of them, so that one filter is enough
    return decimated(middle.map((point, at) => {
      const sides = saws.map((points) => points[at]).reduce((sum, side) => sum.plus(side));
      return point.times(middleLoudness).plus(sides.times(sideLoudness));
    }));
  },
});
