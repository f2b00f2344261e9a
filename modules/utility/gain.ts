import { defineModule } from "../signal/module.ts";
import { dbToGain, silentDb } from "../signal/math.ts";

/** Preset of a fader's gain in decibels. */
export const faderDb = {
  unit: "dB",
  min: silentDb,
  max: 12,
  default: 0,
  curve: "linear",
  smoothingSeconds: 0.01,
  why: "gain; the lowest value is silence, 12 dB above is headroom enough",
} as const;

/** Makes louder or softer. */
export const gain = defineModule({
  name: "gain",
  summary: "makes louder or softer",
  source: "definition of the decibel",
  inputs: { input: { kind: "1", why: "what is scaled" } },
  parameters: { gainDb: faderDb },
  options: {},
  process: ({ input, gainDb }) => input.times(dbToGain(gainDb)),
});
