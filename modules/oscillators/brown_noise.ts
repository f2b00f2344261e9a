import { defineModule } from "../signal/module.ts";
import { feedback } from "../signal/feedback.ts";
import { constant } from "../signal/signal.ts";
import { noise } from "./noise.ts";
import { noiseLevel } from "./pink_noise.ts";

/** Below it the noise is white: an endless sum would drift away. */
const cornerHz = 10;

/** A zero that corrects the treble of the sampled integrator: within 0.1 dB up to a third of the sample rate. */
const mending = 0.13;

/** Falls by 6.02 dB an octave from 40 Hz up, within 0.3 dB to 16 kHz at 48 kHz; 3 dB are missing at 10 Hz. */
export const brownNoise = defineModule({
  name: "brownNoise",
  summary: "brown noise: a random walk, as of surf and distant thunder",
  source: "sum of white noise with a leak: one pole at 10 Hz, one zero for the treble",
  inputs: {},
  parameters: {},
  options: {},
  process: (_signals, _options, { sampleRateHz }) => {
    const pole = Math.exp(-2 * Math.PI * cornerHz / sampleRateHz);
    const power = (1 + mending ** 2 + 2 * mending * pole) / (1 - pole ** 2) / 3;
    const scale = noiseLevel / Math.sqrt(power);
    const white = noise({}).times(scale);
    let mended = constant(0);
    feedback(0, (before) => {
      mended = white.plus(before.times(mending));
      return white;
    });
    return feedback(0, (before) => before.times(pole).plus(mended));
  },
});
