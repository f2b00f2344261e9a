import { defineModule } from "../signal/module.ts";
import { exp2, tan } from "../signal/math.ts";
import { feedback as feedBack } from "../signal/feedback.ts";
import { constant, type Signal } from "../signal/signal.ts";
import { heldInLoop } from "../utility/stereo.ts";
import { mixed, mixOf, sweepRate, sweeps } from "./sweep.ts";

/** One first-order all-pass: the phase is turned by half a turn in all, a quarter at the corner. */
function allPassStage(input: Signal<"1">, part: Signal<"1">): Signal<"1"> {
  let low = input;
  feedBack(0, (state) => {
    const step = input.minus(state).times(part);
    low = state.plus(step);
    return low.plus(step);
  });
  return low.plus(low).minus(input);
}

/** A sound and itself with its phase turned: notches at distances that are musical rather than equal. */
export const phaser = defineModule({
  name: "phaser",
  summary: "notches, one for two stages, that sweep through the sound",
  source: "J. O. Smith: An allpass approach to digital phasing and flanging, ICMC (1984); " +
    "stages by V. Zavalishin: The Art of VA Filter Design (2012)",
  inputs: { input: { kind: "1", why: "what is swept" } },
  parameters: {
    rateHz: { ...sweepRate, default: 0.3 },
    centreHz: {
      unit: "Hz",
      min: 50,
      max: 5_000,
      default: 800,
      curve: "exponential",
      smoothingSeconds: 0.05,
      why: "corner of the stages in the middle of the sweep",
    },
    depthOctaves: {
      unit: "1",
      min: 0,
      max: 4,
      default: 1.5,
      curve: "linear",
      smoothingSeconds: 0.05,
      why: "how far the corner goes up and down",
    },
    feedback: {
      unit: "1",
      min: -0.95,
      max: 0.95,
      default: 0.4,
      curve: "linear",
      smoothingSeconds: 0.02,
      why: "how much goes round again: sharper notches",
    },
    mix: mixOf(0.5, "0 the original alone, 0.5 the deepest notches, 1 a vibrato"),
  },
  options: { stages: 6, spreadTurns: 0 },
  process: ({ input, rateHz, centreHz, depthOctaves, feedback, mix }, { stages, spreadTurns }, site) => {
    if (!(Number.isInteger(stages) && stages >= 2 && stages <= 12 && stages % 2 === 0)) {
      site.reject("stages", `expected 2, 4, 6, 8, 10 or 12, found ${stages}`);
    }
    const { sampleRateHz } = site;
    const [sweep] = sweeps({ rateHz, spreadTurns }, site);
    const cornerHz = centreHz.times(exp2(sweep.times(depthOctaves))).within(5, sampleRateHz * 0.45);
    const g = tan(cornerHz.ratio(sampleRateHz / Math.PI));
    const part = constant(1).minus(constant(1).over(g.plus(1)));
    const turned = feedBack(0, (before) => {
      let stage = input.plus(heldInLoop(before).times(feedback));
      for (let index = 0; index < stages; index++) stage = allPassStage(stage, part);
      return stage;
    });
    return mixed(input, turned, mix);
  },
});
