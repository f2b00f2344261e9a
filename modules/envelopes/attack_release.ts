import { defineModule } from "../signal/module.ts";
import { adsr } from "./adsr.ts";
import { bendOf, curveRange, paceOf, playStages } from "./stages.ts";

const [attack, release] = [0, 1];

/** Up and down again, from 0 to 1. Ends in exact zero. */
export const attackRelease = defineModule({
  name: "attackRelease",
  summary: "up and down again: held while the note is, or struck like a drum",
  source: "C. Schlick: Fast alternatives to Perlin's bias and gain functions, Graphics Gems IV (1994)",
  inputs: {
    gate: { kind: "condition", why: "held: stays up; let go: falls. Of no account when it is struck" },
    trigger: { kind: "condition", why: "rises, from the level there is" },
  },
  parameters: {
    attackSeconds: { ...adsr.parameters.attackSeconds, why: "time to rise to 1, from wherever it is" },
    attackCurve: {
      ...curveRange,
      default: 0,
      why: "0 rises in a straight line, above jumps up, below swells",
    },
    releaseSeconds: {
      ...adsr.parameters.releaseSeconds,
      why: "time to fall to silence, from wherever it is",
    },
    releaseCurve: {
      ...curveRange,
      default: 4,
      why: "0 fades in a straight line, above drops first and has a tail, below is cut off late",
    },
  },
  options: {
    /** Whether it stays up while the note is held; otherwise it falls at once. */
    held: true,
  },
  process: ({ gate, trigger, ...p }, { held }, { sampleRateHz }) => {
    const pace = [p.attackSeconds, p.releaseSeconds].map((seconds) => paceOf(seconds, sampleRateHz));
    const bend = [p.attackCurve, p.releaseCurve].map(bendOf);
    return playStages({
      trigger,
      gate,
      pace: (stage) => stage.equals(attack).select(pace[attack], pace[release]),
      bend: (stage) => stage.equals(attack).select(bend[attack], bend[release]),
      target: (stage) => stage.equals(attack).select(1, 0),
      after: (stage) => held ? stage : stage.or(release),
      released: held ? release : undefined,
      last: release,
    });
  },
});
