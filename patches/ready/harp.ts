import { adsr } from "../../modules/envelopes/adsr.ts";
import { stateVariable } from "../../modules/filters/state_variable.ts";
import { parametricEq } from "../../modules/filters/parametric_eq.ts";
import { pluck } from "../../modules/oscillators/pluck.ts";
import { definePatch, instrument } from "../../modules/patch.ts";
import { fdnReverb } from "../../modules/reverbs/fdn_reverb.ts";
import { exp2 } from "../../modules/signal/math.ts";
import { pingPong } from "../../modules/time/ping_pong.ts";
import { faderDb, gain } from "../../modules/utility/gain.ts";
import { pan } from "../../modules/utility/pan.ts";
import { mastered, masterFader } from "./master.ts";

/** Gain of a string at full velocity. */
const voiceGain = 1.1;

/** Octaves that a hard pluck is brighter than a soft one, and where the softest of middle C begins to be dull. */
const hardOctaves = 3;
const softHz = 450;

/** Octaves that the finger's corner rises with each octave of the string. */
const fingerTracking = 0.5;

/** Lowest string, the C of a concert harp. */
const lowestHz = 32;

/** Resonances of the wooden body: frequency, gain in decibels, and how narrow. */
const body = [[110, 3, 2], [190, 4, 1.6], [430, 3, 2], [860, 2, 2.5]] as const;

/** A harp: strings by Karplus and Strong across the stage, low ones left, in a wooden body and a hall, with soft echoes. */
export const harp = definePatch({
  name: "harp",
  instruments: {
    harp: instrument({
      voices: 24,
      parameters: {
        decaySeconds: {
          ...pluck.parameters.decaySeconds,
          max: 20,
          default: 5,
          why: "time in which middle C falls by 60 dB; lower strings ring longer",
        },
        brightness: { ...pluck.parameters.brightness, default: 0.55 },
        pick: { ...pluck.parameters.pick, default: 0.28 },
        releaseSeconds: {
          ...adsr.parameters.releaseSeconds,
          max: 20,
          default: 3,
          why: "how long a string may ring after its key is let go",
        },
        width: {
          ...pan.parameters.position,
          min: 0,
          default: 0.7,
          why: "how wide the strings stand: 0 all in the middle, 1 from side to side",
        },
        gainDb: faderDb,
      },
      voice: ({ number, frequencyHz, gate, trigger, velocity }, p) => {
        const height = number.as("1").minus(60);
        const string = pluck({
          trigger,
          frequencyHz,
          decaySeconds: p.decaySeconds.times(exp2(height.times(-0.5 / 12))),
          // a soft finger takes the edge off
          brightness: p.brightness.times(velocity.times(0.6).plus(0.4)),
          pick: p.pick,
          lowestHz,
        });
        // a finger is softer than the noise that the string begins with
        const octaves = velocity.times(hardOctaves).plus(height.times(fingerTracking / 12));
        const plucked = stateVariable({
          input: string,
          cutoffHz: exp2(octaves).times(softHz).as("Hz"),
          q: 0.6,
        }).low;
        const loud = gain({ input: plucked.times(velocity).times(voiceGain), gainDb: p.gainDb });
        return {
          output: pan({ input: loud, position: height.times(1 / 30).within(-1, 1).times(p.width) }),
          envelope: adsr({
            gate,
            trigger,
            attackSeconds: 0.001,
            sustain: 1,
            releaseSeconds: p.releaseSeconds,
          }),
        };
      },
    }),
  },
  parameters: {
    echo: {
      timeSeconds: { ...pingPong.parameters.timeSeconds, min: 0.02, default: 0.375 },
      feedback: { ...pingPong.parameters.feedback, max: 0.9, default: 0.35 },
      gainDb: { ...faderDb, default: -16, why: "level of the echoes" },
    },
    hall: {
      decaySeconds: { ...fdnReverb.parameters.decaySeconds, default: 2.2 },
      gainDb: { ...faderDb, default: -14, why: "level of the hall" },
    },
    master: masterFader,
  },
  output: ({ harp }, { echo, hall, master }) => {
    const wood = body.reduce(
      (input, [frequencyHz, gainDb, q]) => parametricEq({ input, frequencyHz, gainDb, q }),
      harp,
    );
    const echoes = gain({
      input: pingPong({
        input: wood,
        timeSeconds: echo.timeSeconds,
        feedback: echo.feedback,
        highCutHz: 3_500,
        lowCutHz: 150,
      }),
      gainDb: echo.gainDb,
    });
    const room = fdnReverb({
      input: wood.plus(echoes),
      lines: 8,
      decaySeconds: hall.decaySeconds,
      lowDecaySeconds: hall.decaySeconds.times(1.1),
      highDecaySeconds: hall.decaySeconds.times(0.45),
      preDelaySeconds: 0.02,
    });
    return mastered(wood.plus(echoes).plus(gain({ input: room, gainDb: hall.gainDb })), master);
  },
});
