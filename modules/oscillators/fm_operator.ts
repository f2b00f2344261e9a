import { defineModule } from "../signal/module.ts";
import { sinOfTurn, sinTurns } from "../signal/math.ts";
import { feedbackOf } from "../signal/feedback.ts";
import type { Signal } from "../signal/signal.ts";
import { oscillatorFrequency, phaseOf, playable, signedTurns } from "./phase.ts";
import { unity } from "../signal/unity.ts";

/**
 * One sine of a frequency-modulation synthesiser, which moves the phase of the next. It feeds back the mean of its last two
 * values, as in Yamaha's patent: a single value oscillates at half the sample rate. Feedback at a high pitch has a mean other
 * than 0, because it comes a frame and a half late; `dcBlocker` removes it.
 */
export const fmOperator = defineModule({
  name: "fmOperator",
  summary: "a sine whose phase is moved by other operators and by itself",
  source:
    "J. Chowning: The synthesis of complex audio spectra by means of frequency modulation, JAES 21 (1973); " +
    "N. Tomisawa, US patent 4,249,447 (1981): feedback",
  inputs: {
    phaseTurns: {
      kind: "1",
      optional: true,
      why: "outputs of other operators, or their sum: moves the phase, in turns",
    },
  },
  parameters: {
    frequencyHz: { ...oscillatorFrequency, why: "pitch of the note, before the ratio" },
    ratio: {
      unit: "1",
      min: 0,
      max: 32,
      default: 1,
      curve: "linear",
      smoothingSeconds: 0.01,
      why: "frequency as a multiple of the note's: whole numbers are harmonic, others ring like bells",
    },
    level: {
      ...unity,
      default: 1,
      smoothingSeconds: 0.01,
      why: "height of the wave; in turns of the next operator's phase, 1 is a modulation index of 6.28",
    },
    feedbackTurns: {
      unit: "1",
      min: 0,
      max: 0.5,
      default: 0,
      curve: "linear",
      smoothingSeconds: 0.01,
      why: "how far a wave of height 1 moves its own phase: at 0.16 nearly a saw, beyond 0.25 towards noise",
    },
  },
  options: {},
  process: ({ phaseTurns, frequencyHz, ratio, level, feedbackTurns }, _options, { sampleRateHz }) => {
    const { phase } = phaseOf(playable(frequencyHz.times(ratio), sampleRateHz), sampleRateHz);
    const turn = signedTurns(phase);
    const moved = phaseTurns.isAlways(0) ? turn : turn.plus(phaseTurns);
    if (feedbackTurns.isAlways(0)) {
      return (phaseTurns.isAlways(0) ? sinOfTurn(turn) : sinTurns(moved)).times(level);
    }
    const half = feedbackTurns.times(0.5);
    return feedbackOf<"last" | "before", "1">({ last: 0, before: 0 }, ({ last, before }) => {
      const output: Signal<"1"> = sinTurns(moved.plus(last.plus(before).times(half))).times(level);
      return { last: output, before: last };
    }).last;
  },
});
