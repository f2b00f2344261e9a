import { defineModule } from "../signal/module.ts";
import { dbToGain, sinTurns } from "../signal/math.ts";
import { checkedOversampling, oversampled } from "./oversampled.ts";

/**
 * Folds sound beyond full scale back, again and again: the signal is the phase of a sine, with a quarter of a period at full
 * scale.
 */
export const waveFolder = defineModule({
  name: "waveFolder",
  summary: "folds back what goes beyond full scale: bright overtones that wander with the level",
  source: "M. Le Brun: Digital waveshaping synthesis, JAES 27 (1979), with a sine; oversampled",
  inputs: { input: { kind: "1", why: "what is folded" } },
  parameters: {
    driveDb: {
      unit: "dB",
      min: -24,
      max: 30,
      default: 12,
      curve: "linear",
      smoothingSeconds: 0.02,
      why: "gain before the folds: at 0 dB full scale just reaches the first, at 30 dB it goes through 16",
    },
    symmetry: {
      unit: "1",
      min: -1,
      max: 1,
      default: 0,
      curve: "linear",
      smoothingSeconds: 0.02,
      why: "0 odd overtones, 1 and -1 even ones, with direct current that dcBlocker takes out",
    },
  },
  /** Computations a frame: 1, 2 or 4. */
  options: { oversampling: 4 },
  process: ({ input, driveDb, symmetry }, { oversampling }, { reject }) => {
    const times = checkedOversampling(oversampling, reject);
    const offset = symmetry.times(0.25);
    const rest = sinTurns(offset);
    const driven = input.times(dbToGain(driveDb).times(0.25));
    return oversampled(driven, times, (turns) => sinTurns(turns.plus(offset)).minus(rest));
  },
});
