import { adsr } from "../../modules/envelopes/adsr.ts";
import { attackRelease } from "../../modules/envelopes/attack_release.ts";
import { onePole } from "../../modules/filters/one_pole.ts";
import { stateVariable } from "../../modules/filters/state_variable.ts";
import { lfo } from "../../modules/modulation/lfo.ts";
import { brownNoise } from "../../modules/oscillators/brown_noise.ts";
import { fmOperator } from "../../modules/oscillators/fm_operator.ts";
import { noise } from "../../modules/oscillators/noise.ts";
import { pinkNoise } from "../../modules/oscillators/pink_noise.ts";
import { sine } from "../../modules/oscillators/sine.ts";
import type { ParameterSignals } from "../../modules/signal/module.ts";
import { definePatch, instrument, type Note } from "../../modules/patch.ts";
import { fdnReverb } from "../../modules/reverbs/fdn_reverb.ts";
import { exp2 } from "../../modules/signal/math.ts";
import { constant, type Signal } from "../../modules/signal/signal.ts";
import { faderDb, gain } from "../../modules/utility/gain.ts";
import { pan } from "../../modules/utility/pan.ts";
import { mastered, masterFader } from "./master.ts";
import { unity } from "../../modules/signal/unity.ts";

/** Octaves that a bed at full velocity is brighter than the softest. */
const strongOctaves = 1.2;

/** Parameters of every bed: fades like those of a lighting desk, and a fader. */
const fades = {
  fadeInSeconds: {
    ...adsr.parameters.attackSeconds,
    min: 0.01,
    default: 3,
    why: "how long it takes to come",
  },
  fadeOutSeconds: {
    ...adsr.parameters.releaseSeconds,
    min: 0.01,
    default: 5,
    why: "how long it takes to go",
  },
  gainDb: { ...faderDb, smoothingSeconds: 0.5, why: "level; moves like a hand on a fader" },
} as const;

function fade({ gate, trigger }: Note, p: ParameterSignals<typeof fades>): Signal<"1"> {
  return adsr({
    gate,
    trigger,
    attackSeconds: p.fadeInSeconds,
    sustain: 1,
    releaseSeconds: p.fadeOutSeconds,
  });
}

/** A slow random curve from -1 to 1. */
function wander(rateHz: number): Signal<"1"> {
  return lfo({ rateHz, shape: "randomSmooth" });
}

/** The pitch of a note as a factor, middle C being 1: how a bed is made higher or lower. */
function pitchOf({ number, bend }: Note): Signal<"1"> {
  return exp2(number.plus(bend).as("1").minus(60).times(1 / 12));
}

/** One sound of the left and another of the right, at the level of the note. */
function bed(
  { note, p, level }: { note: Note; p: ParameterSignals<typeof fades>; level: number },
  side: () => Signal<"1">,
) {
  const loud = (one: Signal<"1">) => gain({ input: one.times(note.velocity).times(level), gainDb: p.gainDb });
  return { output: [loud(side()), loud(side())] as const, envelope: fade(note, p) };
}

/**
 * Sounds for a stage, to be called as cues: a note begins one, `off` lets it go, and its fades are as long as they are set.
 * Two notes of an instrument cross-fade; the pitch of the note makes it higher or lower; velocity is its level.
 */
export const cues = definePatch({
  name: "cues",
  instruments: {
    wind: instrument({
      voices: 4,
      parameters: {
        ...fades,
        gusts: { ...unity, default: 0.6, smoothingSeconds: 0.5, why: "0 blows evenly, 1 howls" },
      },
      voice: (note, p) =>
        bed({ note, p, level: 0.5 }, () => {
          const gust = wander(0.25).plus(wander(0.9).times(0.4)).times(p.gusts);
          const force = note.velocity.minus(0.8).times(strongOctaves);
          const cutoffHz = pitchOf(note).times(500).times(exp2(gust.times(1.2).plus(force))).as("Hz");
          const blown = stateVariable({ input: pinkNoise({}), cutoffHz, q: 3.5 }).band;
          return blown.times(gust.times(0.6).plus(0.9).atLeast(0.1));
        }),
    }),
    rain: instrument({
      voices: 4,
      parameters: {
        ...fades,
        drops: {
          ...unity,
          default: 0.5,
          smoothingSeconds: 0.5,
          why: "how many single drops are heard in front of the rush",
        },
      },
      voice: (note, p) =>
        bed({ note, p, level: 0.5 }, () => {
          const rush = onePole({ input: pinkNoise({}), cutoffHz: pitchOf(note).times(900).as("Hz") }).high;
          const falls = noise({}).isAbove(constant(0.9997).minus(p.drops.times(0.0012)));
          const drop = constant(1).where(falls);
          const wet = stateVariable({
            input: drop,
            cutoffHz: pitchOf(note).times(2_400).times(exp2(wander(40))).as("Hz"),
            q: 6,
          }).band;
          return rush.times(0.5).plus(wet.times(1.2));
        }),
    }),
    rumble: instrument({
      voices: 4,
      parameters: fades,
      voice: (note, p) =>
        bed({ note, p, level: 0.75 }, () => {
          const roll = wander(0.7).times(0.45).plus(0.55);
          const force = note.velocity.minus(0.8).times(strongOctaves);
          const cutoffHz = pitchOf(note).times(110).times(exp2(roll.plus(force))).as("Hz");
          const { low } = stateVariable({ input: brownNoise({}), cutoffHz, q: 0.8 });
          return onePole({ input: low, cutoffHz: 25 }).high.times(roll);
        }),
    }),
    tension: instrument({
      voices: 8,
      parameters: fades,
      voice: (note, p) =>
        bed({ note, p, level: 0.06 }, () => {
          const { frequencyHz, pressure } = note;
          // neighbours that beat against each other, more when the key is pressed
          return [-0.35, 0.04, 0.3].reduce((sum, semitones) => {
            const off = wander(0.13).times(0.08).plus(pressure.plus(0.4).times(semitones));
            return sum.plus(sine({ frequencyHz: frequencyHz.times(exp2(off.times(1 / 12))) }));
          }, constant(0));
        }),
    }),
    bell: instrument({
      voices: 8,
      parameters: {
        ringSeconds: {
          ...adsr.parameters.decaySeconds,
          min: 0.2,
          max: 30,
          default: 8,
          why: "how long it rings",
        },
        gainDb: fades.gainDb,
      },
      voice: ({ frequencyHz, trigger, velocity }, { ringSeconds, gainDb }) => {
        const struck = (part: number) =>
          attackRelease({
            gate: trigger,
            trigger,
            held: false,
            attackSeconds: 0.001,
            releaseSeconds: ringSeconds.times(part),
            releaseCurve: 5,
          });
        const shaken = fmOperator({ frequencyHz, ratio: 3.51 }).times(velocity).times(0.35);
        const low = fmOperator({ frequencyHz, phaseTurns: shaken.times(struck(0.4)) });
        const hum = sine({ frequencyHz: frequencyHz.times(0.5) }).times(0.4);
        const loud = gain({ input: low.plus(hum).times(velocity).times(0.25), gainDb });
        return { output: pan({ input: loud, position: 0 }), envelope: struck(1) };
      },
    }),
  },
  parameters: {
    hall: {
      decaySeconds: { ...fdnReverb.parameters.decaySeconds, max: 20, default: 2.8 },
      gainDb: { ...faderDb, default: -12, why: "level of the hall that all cues stand in" },
    },
    master: { gainDb: { ...masterFader.gainDb, smoothingSeconds: 0.5 } },
  },
  output: ({ wind, rain, rumble, tension, bell }, { hall, master }) => {
    const beds = [wind, rain, rumble, tension, bell].reduce((sum, one) => sum.plus(one));
    const far = fdnReverb({
      input: onePole({ input: beds, cutoffHz: 120 }).high,
      decaySeconds: hall.decaySeconds,
      lowDecaySeconds: hall.decaySeconds.times(1.1),
      highDecaySeconds: hall.decaySeconds.times(0.4),
      preDelaySeconds: 0.03,
    });
    return mastered(beds.plus(gain({ input: far, gainDb: hall.gainDb })), master);
  },
});
