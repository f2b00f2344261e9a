import { adsr } from "../../modules/envelopes/adsr.ts";
import { sine } from "../../modules/oscillators/sine.ts";
import { definePatch, instrument } from "../../modules/patch.ts";
import { audioInput } from "../../modules/utility/audio_input.ts";
import { faderDb, gain } from "../../modules/utility/gain.ts";
import { pan } from "../../modules/utility/pan.ts";

/** Gain of a voice at full velocity: eight in phase, panned to the middle, reach 1.13. */
const voiceGain = 0.2;

/** Sixteen sine voices: the plainest instrument there is, to hear that all is well. */
export const sines = definePatch({
  name: "sines",
  instruments: {
    synth: instrument({
      voices: 16,
      parameters: {
        attackSeconds: adsr.parameters.attackSeconds,
        releaseSeconds: { ...adsr.parameters.releaseSeconds, default: 0.2 },
        pan: pan.parameters.position,
        gainDb: faderDb,
      },
      voice: (note, p) => {
        const tone = sine({ frequencyHz: note.frequencyHz }).times(note.velocity).times(voiceGain);
        return {
          output: pan({ input: gain({ input: tone, gainDb: p.gainDb }), position: p.pan }),
          envelope: adsr({
            gate: note.gate,
            trigger: note.trigger,
            attackSeconds: p.attackSeconds,
            sustain: 1,
            releaseSeconds: p.releaseSeconds,
          }),
        };
      },
    }),
  },
  parameters: {
    input: { gainDb: audioInput.parameters.gainDb },
    master: { gainDb: faderDb },
  },
  output: ({ synth }, { input, master }, captured) =>
    gain({ input: synth.plus(audioInput({ input: captured, gainDb: input.gainDb })), gainDb: master.gainDb }),
});
