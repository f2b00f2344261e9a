/**
 * A drone for one player: a legato lead with portamento over a pad of detuned saws, with echoes of the lead. It shows
 * polyphony options, `glide`, and parameters of the output.
 *
 *     deno task start examples/patches/drone.ts
 *     oscsend localhost 57130 /pad/note if 38 0.7
 *     oscsend localhost 57130 /lead/note if 62 0.8
 *     oscsend localhost 57130 /lead/note if 69 0.8
 */
import {
  adsr,
  definePatch,
  delay,
  faderDb,
  gain,
  glide,
  instrument,
  noteToHz,
  pan,
  saw,
  sine,
  stateVariable,
} from "understudy";

const pad = instrument({
  voices: 12,
  unison: 3,
  detuneCents: 14,
  parameters: {
    cutoffHz: { ...stateVariable.parameters.cutoffHz, default: 900 },
    attackSeconds: { ...adsr.parameters.attackSeconds, default: 1.5 },
    releaseSeconds: { ...adsr.parameters.releaseSeconds, default: 3 },
  },
  voice: ({ frequencyHz, gate, trigger, velocity, spread }, { cutoffHz, attackSeconds, releaseSeconds }) => {
    const tone = stateVariable({ input: saw({ frequencyHz }).times(0.06), cutoffHz, q: 0.8 }).low;
    return {
      // each voice of the unison has its own place between left and right
      output: pan({ input: tone.times(velocity), position: spread.times(0.8) }),
      envelope: adsr({ gate, trigger, attackSeconds, sustain: 1, releaseSeconds }),
    };
  },
});

const lead = instrument({
  mode: "legato",
  parameters: { glideSeconds: { ...glide.parameters.seconds, default: 0.12 } },
  voice: ({ number, gate, trigger, velocity }, { glideSeconds }) => ({
    output: sine({ frequencyHz: noteToHz(glide({ number, seconds: glideSeconds })) }).times(velocity).times(
      0.25,
    ),
    envelope: adsr({ gate, trigger, attackSeconds: 0.02, sustain: 1, releaseSeconds: 0.5 }),
  }),
});

export default definePatch({
  name: "drone",
  instruments: { pad, lead },
  parameters: {
    echo: { gainDb: { ...faderDb, default: -10, why: "level of the echoes" } },
    master: { gainDb: faderDb },
  },
  output: ({ pad, lead }, { echo, master }) => {
    const echoes = delay({ input: lead, timeSeconds: 0.45, feedback: 0.5, maximumSeconds: 0.5 });
    return gain({
      input: pad.plus(lead).plus(gain({ input: echoes, gainDb: echo.gainDb })),
      gainDb: master.gainDb,
    });
  },
});
