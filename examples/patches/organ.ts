import { adsr, definePatch, faderDb, gain, instrument, sine } from "understudy";

export default definePatch({
  name: "organ",
  instruments: {
    organ: instrument({
      voices: 16,
      parameters: { releaseSeconds: { ...adsr.parameters.releaseSeconds, default: 0.1 } },
      voice: ({ frequencyHz, gate, trigger, velocity }, { releaseSeconds }) => ({
        output: sine({ frequencyHz }).plus(sine({ frequencyHz: frequencyHz.times(2) }).times(0.5))
          .times(velocity).times(0.1),
        envelope: adsr({ gate, trigger, sustain: 1, releaseSeconds }),
      }),
    }),
  },
  parameters: { master: { gainDb: faderDb } },
  output: ({ organ }, { master }) => gain({ input: organ, gainDb: master.gainDb }),
});
