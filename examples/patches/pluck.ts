/**
 * A plucked string after Karplus and Strong (1983): a burst of noise circulates in a delay line one period long, and loses a
 * little of its treble at every turn.
 *
 *     deno task start examples/patches/pluck.ts
 *     oscsend localhost 57130 /note if 52 0.9
 */
import {
  adsr,
  constant,
  definePatch,
  delay,
  faderDb,
  gain,
  instrument,
  noise,
  pan,
  stateVariable,
} from "understudy";

export default definePatch({
  name: "pluck",
  instruments: {
    string: instrument({
      voices: 12,
      parameters: {
        brightnessHz: {
          unit: "Hz",
          min: 500,
          max: 16_000,
          default: 5_000,
          curve: "exponential",
          smoothingSeconds: 0.02,
          why: "brightness of the pluck: the noise above this frequency is soft",
        },
        sustain: {
          unit: "1",
          min: 0.9,
          max: 0.999,
          default: 0.99,
          curve: "linear",
          smoothingSeconds: 0.02,
          why: "share of the sound that one turn keeps; below 0.9 no string rings",
        },
        releaseSeconds: { ...adsr.parameters.releaseSeconds, default: 0.15 },
        gainDb: faderDb,
      },
      voice: (
        { frequencyHz, velocity, gate, trigger },
        { brightnessHz, sustain, releaseSeconds, gainDb },
      ) => {
        // the burst: a few milliseconds of noise, louder and brighter the harder the pluck
        const burst = adsr({ gate: trigger, trigger, attackSeconds: 0.001, decaySeconds: 0.004, sustain: 0 });
        const pick = stateVariable({
          input: noise({}).times(burst).times(velocity),
          cutoffHz: brightnessHz.times(velocity),
          q: 0.7,
        }).low;
        const string = delay({
          input: pick,
          timeSeconds: constant<"s">(1).over(frequencyHz.ratio(1)),
          feedback: sustain,
          maximumSeconds: 0.05,
          move: "jump",
        });
        const envelope = adsr({ gate, trigger, attackSeconds: 0.001, sustain: 1, releaseSeconds });
        return { output: pan({ input: gain({ input: string, gainDb }), position: 0 }), envelope };
      },
    }),
  },
  parameters: { master: { gainDb: faderDb } },
  output: ({ string }, { master }) => gain({ input: string, gainDb: master.gainDb }),
});
