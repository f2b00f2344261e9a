import { defineModule } from "../signal/module.ts";
import { dbToGain, tanh } from "../signal/math.ts";
import { constant } from "../signal/signal.ts";
import { checkedOversampling, oversampled } from "./oversampled.ts";

/**
 * Rounds off loud sound, like a valve. Full scale stays full scale at any drive; softer sound comes up to it. Oversampled,
 * the edges of a sound that has become a square ring, and exceed full scale by up to 3 dB.
 */
export const softClip = defineModule({
  name: "softClip",
  summary: "rounds off what is loud: odd overtones, more the more it is driven",
  source: "tanh(dx)/tanh(d); oversampled by elliptic half-band filters",
  inputs: { input: { kind: "1", why: "what is bent" } },
  parameters: {
    driveDb: {
      unit: "dB",
      min: -24,
      max: 48,
      default: 12,
      curve: "linear",
      smoothingSeconds: 0.02,
      why: "gain before the bend: at -24 dB full scale is hardly bent, at 48 dB every sound is a square",
    },
  },
  /** Computations a frame: 1, 2 or 4. */
  options: { oversampling: 2 },
  process: ({ input, driveDb }, { oversampling }, { reject }) => {
    const times = checkedOversampling(oversampling, reject);
    const drive = dbToGain(driveDb);
    return oversampled(input.times(drive), times, tanh).times(constant(1).over(tanh(drive)));
  },
});
