import { adsr } from "../../modules/envelopes/adsr.ts";
import { definePatch, instrument } from "../../modules/patch.ts";

/** One sample where a note begins, in proportion to the number of notes that begin there. */
export const clicks = definePatch({
  name: "clicks",
  instruments: {
    clicks: instrument({
      voices: 32,
      parameters: {},
      voice: ({ gate, trigger }) => ({
        output: trigger.select(1, 0),
        envelope: adsr({ gate, trigger, attackSeconds: 0.001, sustain: 1, releaseSeconds: 0.001 }),
      }),
    }),
  },
  parameters: {},
  output: ({ clicks }) => clicks,
});

/** Frames at which something is heard in two channels. */
export function onsetsIn(samples: Float32Array): number[] {
  const onsets: number[] = [];
  for (let at = 0; at < samples.length; at += 2) if (samples[at] !== 0) onsets.push(at / 2);
  return onsets;
}
