import { defineModule } from "../signal/module.ts";
import { DelayLine } from "../signal/delay_line.ts";
import { heldInLoop } from "../utility/stereo.ts";
import { mixed, mixOf, sweepRate, sweeps } from "./sweep.ts";
import { tap } from "../signal/interpolation.ts";
import { unity } from "../signal/unity.ts";

const maxSeconds = 0.022;

/** A sound and itself some milliseconds later: notches at equal distances, which wander. */
export const flanger = defineModule({
  name: "flanger",
  summary: "a comb of notches at equal distances that sweeps through the sound",
  source: "J. O. Smith: Physical Audio Signal Processing (2010), flanging",
  inputs: { input: { kind: "1", why: "what is swept" } },
  parameters: {
    rateHz: { ...sweepRate, default: 0.2 },
    delaySeconds: {
      unit: "s",
      min: 0.0001,
      max: 0.01,
      default: 0.002,
      curve: "exponential",
      smoothingSeconds: 0.1,
      why:
        "delay in the middle of the sweep, at least two frames; its inverse is the distance of the notches",
    },
    depth: {
      ...unity,
      default: 0.8,
      smoothingSeconds: 0.05,
      why: "part of the delay that the sweep covers; at 1 it goes from nothing to twice the delay",
    },
    feedback: {
      unit: "1",
      min: -0.95,
      max: 0.95,
      default: 0.5,
      curve: "linear",
      smoothingSeconds: 0.02,
      why: "how much goes round again: sharper peaks; below 0 they change places with the notches",
    },
    mix: mixOf(0.5, "0 the original alone, 0.5 the deepest notches, 1 a vibrato"),
  },
  options: { spreadTurns: 0 },
  process: ({ input, rateHz, delaySeconds, depth, feedback, mix }, { spreadTurns }, site) => {
    const line = new DelayLine(Math.ceil(maxSeconds * site.sampleRateHz) + 4);
    const [sweep] = sweeps({ rateHz, spreadTurns }, site);
    const frames = delaySeconds.ratio(1 / site.sampleRateHz).times(depth.times(sweep).plus(1));
    const late = tap(line, frames);
    line.write(input.plus(heldInLoop(late).times(feedback)));
    return mixed(input, late, mix);
  },
});
