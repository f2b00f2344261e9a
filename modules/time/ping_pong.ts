import { defineModule } from "../signal/module.ts";
import { paceOfHz, smoothed } from "../signal/smoother.ts";
import { channels } from "../signal/channels.ts";
import { DelayLine } from "../signal/delay_line.ts";
import { heldInLoop, monoOf, swapped } from "../utility/stereo.ts";
import { type Move, movedTap } from "./moved_tap.ts";

const maxSeconds = 2;

/** Echoes that go from side to side, each darker and thinner than the one before, as from a tape. */
export const pingPong = defineModule({
  name: "pingPong",
  summary: "echoes left and right in turn, filtered each time; stereo",
  source: "delay with its channels crossed; one-pole filters in the loop",
  inputs: { input: { kind: "1", why: "left and right; their mean is what is heard again" } },
  parameters: {
    timeSeconds: {
      unit: "s",
      min: 0.001,
      max: maxSeconds,
      default: 0.3,
      curve: "exponential",
      smoothingSeconds: 0.2,
      why: "time from one side to the other; a move bends the pitch by half at most",
    },
    feedback: {
      unit: "1",
      min: 0,
      max: 0.999,
      default: 0.5,
      curve: "linear",
      smoothingSeconds: 0.02,
      why: "level of each echo in the next; beyond 1 it would grow without end",
    },
    highCutHz: {
      unit: "Hz",
      min: 200,
      max: 20_000,
      default: 5_000,
      curve: "exponential",
      smoothingSeconds: 0.02,
      why: "each echo loses 3 dB here and more above",
    },
    lowCutHz: {
      unit: "Hz",
      min: 5,
      max: 2_000,
      default: 80,
      curve: "exponential",
      smoothingSeconds: 0.02,
      why: "each echo loses 3 dB here and more below",
    },
  },
  outputOnly: true,
  /** How the echoes go to another time: `crossfade` is for tapped times, with a smoothing of 0. */
  options: { move: "tape" as Move },
  process: (signals, { move }, { sampleRateHz, reject }) => {
    const { input, timeSeconds, feedback, highCutHz, lowCutHz } = signals;
    const line = new DelayLine(Math.ceil(maxSeconds * sampleRateHz) + 4);
    const echo = movedTap(line, timeSeconds.ratio(1 / sampleRateHz), { move, sampleRateHz, reject });
    const dark = smoothed(echo, paceOfHz(highCutHz, sampleRateHz));
    const thin = dark.minus(smoothed(dark, paceOfHz(lowCutHz, sampleRateHz)));
    line.write(channels(monoOf(input), 0).plus(swapped(heldInLoop(thin)).times(feedback)));
    return echo;
  },
});
