import { defineModule } from "../signal/module.ts";
import { adsr } from "./adsr.ts";
import { bendOf, curveRange, paceOf, playStages } from "./stages.ts";

const [attack, decay, release] = [0, 1, 2];

const { attackSeconds, decaySeconds, sustain, releaseSeconds } = adsr.parameters;

/**
 * Attack, decay, sustain, release, each along a curve of its own. Unlike those of {@link adsr} its stages always take their
 * whole time, also from a level on the way; it costs about three times as much. Ends in exact zero.
 */
export const adsrCurved = defineModule({
  name: "adsrCurved",
  summary: "attack, decay, sustain, release, each with a curve from slow first to quick first",
  source: "C. Schlick: Fast alternatives to Perlin's bias and gain functions, Graphics Gems IV (1994)",
  inputs: adsr.inputs,
  parameters: {
    attackSeconds: { ...attackSeconds, why: "time to rise to 1, from wherever it is" },
    attackCurve: {
      ...curveRange,
      default: 2,
      why: "0 rises in a straight line, above jumps up, below swells",
    },
    decaySeconds: { ...decaySeconds, why: "time to fall from 1 to the sustain level" },
    decayCurve: {
      ...curveRange,
      default: 4,
      why: "0 falls in a straight line, above drops first, below lingers",
    },
    sustain,
    releaseSeconds: { ...releaseSeconds, why: "time to fall to silence, from wherever it is" },
    releaseCurve: {
      ...curveRange,
      default: 4,
      why: "0 fades in a straight line, above drops first and has a tail, below is cut off late",
    },
  },
  options: {},
  process: ({ gate, trigger, ...p }, _options, { sampleRateHz }) => {
    const pace = [p.attackSeconds, p.decaySeconds, p.releaseSeconds].map((time) =>
      paceOf(time, sampleRateHz)
    );
    const bend = [p.attackCurve, p.decayCurve, p.releaseCurve].map(bendOf);
    return playStages({
      trigger,
      gate,
      pace: (stage) =>
        stage.equals(attack).select(pace[attack], stage.equals(release).select(pace[release], pace[decay])),
      bend: (stage) =>
        stage.equals(attack).select(bend[attack], stage.equals(release).select(bend[release], bend[decay])),
      target: (stage) => stage.equals(attack).select(1, p.sustain.where(stage.equals(release).not())),
      after: (stage) => stage.equals(attack).selectInteger(decay, stage),
      released: release,
      last: release,
    });
  },
});
