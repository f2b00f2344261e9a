import { defineModule } from "../signal/module.ts";
import { seededFeedback } from "../signal/feedback.ts";
import { nextRandom, signedUnit } from "./random.ts";

/** White noise, -1 to 1, with its own sequence for every note, voice and seed of the engine. */
export const noise = defineModule({
  name: "noise",
  summary: "white noise: the same power at every frequency",
  source: "G. Marsaglia: Xorshift RNGs, Journal of Statistical Software 8 (2003): 32 bits, shifts 13, 17, 5",
  inputs: {},
  parameters: {},
  options: {},
  process: () => signedUnit(seededFeedback(nextRandom)),
});
