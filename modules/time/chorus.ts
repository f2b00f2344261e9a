import { defineModule } from "../signal/module.ts";
import { DelayLine } from "../signal/delay_line.ts";
import { mixed, mixOf, sweepRate, sweeps } from "./sweep.ts";
import { tap } from "../signal/interpolation.ts";

const maxSeconds = 0.06;

/** Several copies of a sound, each a little late and a little out of tune, as when many players play the same. */
export const chorus = defineModule({
  name: "chorus",
  summary: "copies that are a little late and a little out of tune; never louder than the original",
  source: "J. Dattorro: Effect Design, Part 2: Delay-Line Modulation and Chorus, JAES 45 (1997)",
  inputs: { input: { kind: "1", why: "what is multiplied" } },
  parameters: {
    rateHz: { ...sweepRate, default: 0.6 },
    depthSeconds: {
      unit: "s",
      min: 0,
      max: 0.02,
      default: 0.002,
      curve: "linear",
      smoothingSeconds: 0.05,
      why: "how far the copies go to and fro; times 2π times the rate it is how far they are out of tune",
    },
    delaySeconds: {
      unit: "s",
      min: 0.001,
      max: 0.04,
      default: 0.015,
      curve: "exponential",
      smoothingSeconds: 0.2,
      why: "how late they are in the mean; beyond 40 ms they are echoes",
    },
    mix: mixOf(0.5, "0 the original alone, 1 the copies alone"),
  },
  options: { voices: 3, spreadTurns: 0 },
  process: ({ input, rateHz, depthSeconds, delaySeconds, mix }, { voices, spreadTurns }, site) => {
    if (!(Number.isInteger(voices) && voices >= 1 && voices <= 8)) {
      site.reject("voices", `expected 1 to 8 copies, found ${voices}`);
    }
    const line = new DelayLine(Math.ceil(maxSeconds * site.sampleRateHz) + 4);
    line.write(input);
    const [middle, depth] = [delaySeconds, depthSeconds].map((time) => time.ratio(1 / site.sampleRateHz));
    const offsets = Array.from({ length: voices }, (_, voice) => voice / voices);
    const copies = sweeps({ rateHz, offsetsTurns: offsets, spreadTurns }, site)
      .map((sweep) => tap(line, middle.plus(depth.times(sweep))));
    const wet = copies.reduce((sum, copy) => sum.plus(copy)).times(1 / voices);
    return mixed(input, wet, mix);
  },
});
