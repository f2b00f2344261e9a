import { defineModule } from "../signal/module.ts";
import { sinOfTurn, sinTurns } from "../signal/math.ts";
import { oscillatorFrequency, phaseOf, playable, signedTurns } from "./phase.ts";

/** A pure tone, -1 to 1, beginning at 0. */
export const sine = defineModule({
  name: "sine",
  summary: "a pure tone",
  source: "polynomial in t(1/2 - t), see sinOfTurn",
  inputs: {
    phaseTurns: {
      kind: "1",
      optional: true,
      why: "added to the phase, in turns: phase modulation, which is what FM synthesis does",
    },
  },
  parameters: { frequencyHz: oscillatorFrequency },
  options: {},
  process: ({ frequencyHz, phaseTurns }, _options, { sampleRateHz }) => {
    const { phase } = phaseOf(playable(frequencyHz, sampleRateHz), sampleRateHz);
    const turn = signedTurns(phase);
    return phaseTurns.isAlways(0) ? sinOfTurn(turn) : sinTurns(turn.plus(phaseTurns));
  },
});
