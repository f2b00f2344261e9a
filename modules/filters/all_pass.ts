import { defineModule } from "../signal/module.ts";
import { DelayLine } from "../signal/delay_line.ts";
import { fadedRead } from "../time/moved_tap.ts";

/** Smears a sound in time and leaves its spectrum as it is: the building block of reverberators. */
export const allPass = defineModule({
  name: "allPass",
  summary: "smears a sound in time and leaves every frequency at its level",
  source: "M. R. Schroeder: Natural sounding artificial reverberation, JAES 10 (1962)",
  inputs: { input: { kind: "1", why: "what is smeared" } },
  parameters: {
    timeSeconds: {
      unit: "s",
      min: 0.0001,
      max: 1,
      default: 0.005,
      curve: "exponential",
      smoothingSeconds: 0,
      why:
        "time between echoes, in whole frames, so that no frequency loses anything; at most maximumSeconds. " +
        "Another time fades in",
    },
    gain: {
      unit: "1",
      min: -0.95,
      max: 0.95,
      default: 0.7,
      curve: "linear",
      smoothingSeconds: 0.02,
      why: "level of each echo in the next: 0 is a plain delay, 0.618 the densest, beyond 0.7 it rings",
    },
  },
  options: { maximumSeconds: 0.1 },
  process: ({ input, timeSeconds, gain }, { maximumSeconds }, { sampleRateHz, reject }) => {
    if (!(maximumSeconds > 0 && maximumSeconds <= 1)) {
      reject("maximumSeconds", `expected more than 0, up to 1 s, found ${maximumSeconds}`);
    }
    const line = new DelayLine(Math.max(1, Math.ceil(maximumSeconds * sampleRateHz)));
    const echo = fadedRead(line, timeSeconds.ratio(1 / sampleRateHz), sampleRateHz);
    const taken = input.plus(echo.times(gain));
    line.write(taken);
    return echo.minus(taken.times(gain));
  },
});
