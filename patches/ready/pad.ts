import { adsr } from "../../modules/envelopes/adsr.ts";
import { onePole } from "../../modules/filters/one_pole.ts";
import { stateVariable } from "../../modules/filters/state_variable.ts";
import { lfo } from "../../modules/modulation/lfo.ts";
import { superSaw } from "../../modules/oscillators/super_saw.ts";
import { wavetable } from "../../modules/oscillators/wavetable.ts";
import { definePatch, instrument } from "../../modules/patch.ts";
import { plateReverb } from "../../modules/reverbs/plate_reverb.ts";
import { exp2 } from "../../modules/signal/math.ts";
import { chorus } from "../../modules/time/chorus.ts";
import { faderDb, gain } from "../../modules/utility/gain.ts";
import { pan } from "../../modules/utility/pan.ts";
import { mastered, masterFader } from "./master.ts";
import { unity } from "../../modules/signal/unity.ts";

/** Gain of a voice at full velocity: a chord of six stays below the limiter. */
const voiceGain = 0.22;

/** Octaves that a note at full velocity opens the filter. */
const hardOctaves = 2.5;

/** Semitones that the vibrato goes up and down when a key is pressed hard. */
const vibratoSemitones = 0.3;

/** A wide pad that breathes: seven saws and a moving wave above them, slow filters, chorus, and a plate. */
export const pad = definePatch({
  name: "pad",
  instruments: {
    pad: instrument({
      voices: 12,
      parameters: {
        attackSeconds: { ...adsr.parameters.attackSeconds, default: 0.9 },
        decaySeconds: { ...adsr.parameters.decaySeconds, default: 4 },
        sustain: { ...adsr.parameters.sustain, default: 0.8 },
        releaseSeconds: { ...adsr.parameters.releaseSeconds, default: 2.5 },
        cutoffHz: { ...stateVariable.parameters.cutoffHz, min: 60, default: 650 },
        q: { ...stateVariable.parameters.q, max: 10, default: 0.9 },
        detune: { ...superSaw.parameters.detune, default: 0.35 },
        shimmer: { ...unity, default: 0.35, why: "level of the wave an octave above" },
        movement: { ...unity, max: 3, default: 0.9, why: "octaves that the filter wanders up and down" },
        movementHz: { ...lfo.parameters.rateHz, max: 5, default: 0.15 },
        gainDb: faderDb,
      },
      voice: ({ frequencyHz: pitchHz, gate, trigger, velocity, pressure, timbre }, p) => {
        const vibrato = lfo({ rateHz: 5.2 }).times(pressure).times(vibratoSemitones / 12);
        const frequencyHz = pitchHz.times(exp2(vibrato));
        const wander = lfo({ rateHz: p.movementHz, shape: "randomSmooth" });
        const drift = lfo({ rateHz: p.movementHz.times(0.7), shape: "randomSmooth" });
        const envelope = adsr({
          gate,
          trigger,
          attackSeconds: p.attackSeconds,
          decaySeconds: p.decaySeconds,
          sustain: p.sustain,
          releaseSeconds: p.releaseSeconds,
        });
        const above = wavetable({ frequencyHz: frequencyHz.times(2), position: drift.times(0.5).plus(0.5) });
        const tone = superSaw({ frequencyHz, detune: p.detune }).plus(above.times(p.shimmer).times(0.5));
        const opening = envelope.times(velocity).times(hardOctaves);
        const octaves = wander.times(p.movement).plus(opening).plus(timbre.times(2));
        const filtered = stateVariable({
          input: tone.times(voiceGain),
          cutoffHz: p.cutoffHz.times(exp2(octaves)),
          q: p.q,
        }).low;
        const loud = gain({ input: filtered.times(velocity), gainDb: p.gainDb });
        return { output: pan({ input: loud, position: drift.times(0.7) }), envelope };
      },
    }),
  },
  parameters: {
    chorus: { mix: { ...chorus.parameters.mix, default: 0.4 } },
    reverb: {
      decaySeconds: { ...plateReverb.parameters.decaySeconds, default: 4.5 },
      dampingHz: { ...plateReverb.parameters.dampingHz, default: 5_500 },
      gainDb: { ...faderDb, default: -7, why: "level of the plate" },
    },
    master: masterFader,
  },
  output: ({ pad }, { chorus: { mix }, reverb, master }) => {
    const wide = chorus({ input: pad, rateHz: 0.35, depthSeconds: 0.003, mix, spreadTurns: 0.25 });
    // the lowest tones would only make the plate muddy
    const plate = plateReverb({
      input: onePole({ input: wide, cutoffHz: 160 }).high,
      decaySeconds: reverb.decaySeconds,
      dampingHz: reverb.dampingHz,
      preDelaySeconds: 0.03,
    });
    return mastered(wide.plus(gain({ input: plate, gainDb: reverb.gainDb })), master);
  },
});
