import { compileGraph } from "../../compiler/compile.ts";
import { maxSpareVoices } from "../../compiler/plan/arena.ts";
import type { CompiledPatch, PatchFormat } from "../../compiler/graph/compiled_patch.ts";
import { adsr } from "../../modules/envelopes/adsr.ts";
import { saw } from "../../modules/oscillators/saw.ts";
import { definePatch, instrument, type Patch } from "../../modules/patch.ts";
import { delay } from "../../modules/time/delay.ts";

/** Samples in a mebibyte, less the few that keep a delay line's length inside of it. */
const lineSamples = 2 ** 18 - 16;

/** An instrument whose voices, the spare ones included, each have a delay line of a mebibyte. */
export function largePatch(mebibytes: number, sampleRateHz: number): Patch {
  const voices = mebibytes - Math.min(maxSpareVoices, Math.floor(mebibytes / 2));
  const maximumSeconds = lineSamples / sampleRateHz;
  return definePatch({
    name: `large${mebibytes}`,
    instruments: {
      echo: instrument({
        voices,
        parameters: {},
        voice: ({ frequencyHz, gate, trigger }) => ({
          output: delay({ input: saw({ frequencyHz }), timeSeconds: 0.3, feedback: 0.3, maximumSeconds }),
          envelope: adsr({
            gate,
            trigger,
            attackSeconds: 0.01,
            decaySeconds: 0.1,
            sustain: 0.5,
            releaseSeconds: 0.2,
          }),
        }),
      }),
    },
    parameters: {},
    output: ({ echo }) => echo.times(0.05),
  });
}

/** The same, compiled. Its arena is a little larger than the delay lines. */
export function compileLargePatch(mebibytes: number, format: PatchFormat): CompiledPatch {
  return compileGraph(largePatch(mebibytes, format.sampleRateHz).build(format), format);
}
