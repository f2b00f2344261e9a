import { adsr } from "../../modules/envelopes/adsr.ts";
import { dcBlocker } from "../../modules/filters/dc_blocker.ts";
import { stateVariable } from "../../modules/filters/state_variable.ts";
import { pulse, saw } from "../../modules/oscillators/saw.ts";
import { definePatch, instrument } from "../../modules/patch.ts";
import { exp2 } from "../../modules/signal/math.ts";
import { delay } from "../../modules/time/delay.ts";
import { faderDb, gain } from "../../modules/utility/gain.ts";
import { pan } from "../../modules/utility/pan.ts";

/** Gain of a voice at full velocity. */
const voiceGain = 0.12;

/** Octaves that the envelope opens the filter at full velocity. */
const filterOctaves = 3;

/** A polyphonic keyboard: saw and pulse through a resonant low-pass that opens with each note, and echoes. */
export const keys = definePatch({
  name: "keys",
  instruments: {
    keys: instrument({
      voices: 32,
      parameters: {
        attackSeconds: adsr.parameters.attackSeconds,
        decaySeconds: { ...adsr.parameters.decaySeconds, default: 0.6 },
        sustain: { ...adsr.parameters.sustain, default: 0.4 },
        releaseSeconds: { ...adsr.parameters.releaseSeconds, default: 0.4 },
        cutoffHz: { ...stateVariable.parameters.cutoffHz, default: 500 },
        q: { ...stateVariable.parameters.q, max: 20, default: 1.5 },
        width: { ...pulse.parameters.width, default: 0.3 },
        pan: pan.parameters.position,
        gainDb: faderDb,
      },
      voice: (note, p) => {
        const { frequencyHz, gate, trigger, velocity } = note;
        const envelope = adsr({
          gate,
          trigger,
          attackSeconds: p.attackSeconds,
          decaySeconds: p.decaySeconds,
          sustain: p.sustain,
          releaseSeconds: p.releaseSeconds,
        });
        const tone = saw({ frequencyHz }).plus(pulse({ frequencyHz, width: p.width })).times(voiceGain);
        const opening = exp2(envelope.times(velocity).times(filterOctaves));
        const filtered = stateVariable({ input: tone, cutoffHz: p.cutoffHz.times(opening), q: p.q }).low;
        const loud = gain({ input: filtered.times(velocity), gainDb: p.gainDb });
        return { output: pan({ input: loud, position: p.pan }), envelope };
      },
    }),
  },
  parameters: {
    echo: {
      timeSeconds: { ...delay.parameters.timeSeconds, max: 1, default: 0.33 },
      feedback: { ...delay.parameters.feedback, min: 0, max: 0.95, default: 0.35 },
      gainDb: { ...faderDb, default: -12, why: "level of the echoes" },
    },
    master: { gainDb: faderDb },
  },
  output: ({ keys }, { echo, master }) => {
    const echoes = delay({
      input: dcBlocker({ input: keys }),
      timeSeconds: echo.timeSeconds,
      feedback: echo.feedback,
      maximumSeconds: 1,
    });
    return gain({ input: keys.plus(gain({ input: echoes, gainDb: echo.gainDb })), gainDb: master.gainDb });
  },
});
