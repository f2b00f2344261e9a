import { defineModule } from "../signal/module.ts";
import { DelayLine } from "../signal/delay_line.ts";
import { type Move, movedTap } from "./moved_tap.ts";

/** Echoes, with a time that may lie between frames and move while it sounds. Feedback below 0.8 dies away even then. */
export const delay = defineModule({
  name: "delay",
  summary: "echoes: what was heard some time ago, again and again",
  source: "E. Catmull, R. Rom: A class of local interpolating splines (1974)",
  inputs: { input: { kind: "1", why: "what is heard again" } },
  parameters: {
    timeSeconds: {
      unit: "s",
      min: 0.0001,
      max: 10,
      default: 0.3,
      curve: "exponential",
      smoothingSeconds: 0.2,
      why:
        "time between echoes, at least two frames and at most maximumSeconds; a move bends the pitch by half at most",
    },
    feedback: {
      unit: "1",
      min: -0.999,
      max: 0.999,
      default: 0.4,
      curve: "linear",
      smoothingSeconds: 0.02,
      why: "level of each echo in the next; beyond 1 it would grow without end",
    },
  },
  /** Longest time, and how the echoes go to another one: `crossfade` is for tapped times, with a smoothing of 0. */
  options: { maximumSeconds: 2, move: "tape" as Move },
  process: ({ input, timeSeconds, feedback }, { maximumSeconds, move }, { sampleRateHz, reject }) => {
    if (!(maximumSeconds > 0 && maximumSeconds <= 30)) {
      reject("maximumSeconds", `expected more than 0, up to 30 s, found ${maximumSeconds}`);
    }
    const longest = Math.max(4, Math.ceil(maximumSeconds * sampleRateHz) + 2);
    const line = new DelayLine(longest);
    const echo = movedTap(line, timeSeconds.ratio(1 / sampleRateHz), { move, sampleRateHz, reject });
    line.write(input.plus(echo.times(feedback)));
    return echo;
  },
});
