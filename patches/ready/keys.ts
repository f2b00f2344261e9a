import { adsr } from "../../modules/envelopes/adsr.ts";
import { onePole } from "../../modules/filters/one_pole.ts";
import { stateVariable } from "../../modules/filters/state_variable.ts";
import { lfo } from "../../modules/modulation/lfo.ts";
import { pulse, saw } from "../../modules/oscillators/saw.ts";
import { definePatch, instrument } from "../../modules/patch.ts";
import { plateReverb } from "../../modules/reverbs/plate_reverb.ts";
import { exp2 } from "../../modules/signal/math.ts";
import { constant } from "../../modules/signal/signal.ts";
import { unity } from "../../modules/signal/unity.ts";
import { chorus } from "../../modules/time/chorus.ts";
import { delay } from "../../modules/time/delay.ts";
import { faderDb, gain } from "../../modules/utility/gain.ts";
import { pan } from "../../modules/utility/pan.ts";
import { mastered, masterFader } from "./master.ts";

/** Gain of a voice at full velocity: a chord of six stays below the limiter. */
const voiceGain = 0.36;

/** Octaves that the envelope opens the filter, for a key that is hardly struck and for one at full velocity. */
const [softOctaves, hardOctaves] = [0.5, 4.5];

/** Octaves by which each key moves the filter with its pitch, as part of its own. */
const keyTracking = 0.3;

/** Octaves that the two saws are apart at most: 25 cents. */
const maxDetuneOctaves = 25 / 1_200;

/** How far the width of the pulse wanders at most. */
const maxWander = 0.2;

/** A polyphonic keyboard: two saws and a breathing pulse through a filter that hard keys open, chorus, echoes and a plate. */
export const keys = definePatch({
  name: "keys",
  instruments: {
    keys: instrument({
      voices: 32,
      parameters: {
        attackSeconds: adsr.parameters.attackSeconds,
        decaySeconds: { ...adsr.parameters.decaySeconds, default: 0.9 },
        sustain: { ...adsr.parameters.sustain, default: 0.45 },
        releaseSeconds: { ...adsr.parameters.releaseSeconds, default: 0.4 },
        cutoffHz: { ...stateVariable.parameters.cutoffHz, default: 500 },
        q: { ...stateVariable.parameters.q, max: 20, default: 1.2 },
        width: { ...pulse.parameters.width, default: 0.35 },
        motion: { ...unity, default: 0.4, why: "how far the width of the pulse wanders" },
        detune: { ...unity, default: 0.35, why: "how far the saws left and right are apart: 25 cents at 1" },
        pan: pan.parameters.position,
        gainDb: faderDb,
      },
      voice: (note, p) => {
        const { number, frequencyHz, gate, trigger, velocity, pressure, timbre } = note;
        const envelope = adsr({
          gate,
          trigger,
          attackSeconds: p.attackSeconds,
          decaySeconds: p.decaySeconds,
          sustain: p.sustain,
          releaseSeconds: p.releaseSeconds,
        });
        const apart = exp2(p.detune.times(maxDetuneOctaves / 2));
        const wander = lfo({ rateHz: 0.7 }).times(p.motion).times(maxWander);
        const middle = pulse({ frequencyHz, width: p.width.plus(wander).within(0.05, 0.95) }).times(0.8);
        const [left, right] = [apart, constant(1).over(apart)]
          .map((part) => saw({ frequencyHz: frequencyHz.times(part) }).plus(middle));
        const octaves = envelope.times(velocity.times(hardOctaves - softOctaves).plus(softOctaves))
          .plus(number.as("1").minus(60).times(keyTracking / 12))
          .plus(pressure.plus(timbre).times(2));
        const cutoffHz = p.cutoffHz.times(exp2(octaves));
        const [one, other] = [left, right].map((input) =>
          gain({
            input: stateVariable({ input: input.times(voiceGain), cutoffHz, q: p.q }).low.times(velocity),
            gainDb: p.gainDb,
          })
        );
        const position = p.pan;
        return {
          output: [pan({ input: one, position })[0], pan({ input: other, position })[1]],
          envelope,
        };
      },
    }),
  },
  parameters: {
    chorus: { mix: { ...chorus.parameters.mix, default: 0.3 } },
    echo: {
      // as long as the last two taps of a foot: it fades over
      timeSeconds: { ...delay.parameters.timeSeconds, max: 1, default: 0.33, smoothingSeconds: 0 },
      feedback: { ...delay.parameters.feedback, min: 0, max: 0.95, default: 0.35 },
      gainDb: { ...faderDb, default: -14, why: "level of the echoes" },
    },
    reverb: { gainDb: { ...faderDb, default: -17, why: "level of the plate" } },
    master: masterFader,
  },
  output: ({ keys }, { chorus: { mix }, echo, reverb, master }) => {
    const wide = chorus({ input: keys, rateHz: 0.5, mix, spreadTurns: 0.25 });
    const echoes = gain({
      input: delay({
        input: wide,
        timeSeconds: echo.timeSeconds,
        feedback: echo.feedback,
        maximumSeconds: 1,
        move: "crossfade",
      }),
      gainDb: echo.gainDb,
    });
    const plate = plateReverb({
      // the lowest tones would only make the plate muddy
      input: onePole({ input: wide.plus(echoes), cutoffHz: 160 }).high,
      decaySeconds: 1.6,
      preDelaySeconds: 0.02,
      dampingHz: 6_000,
    });
    return mastered(wide.plus(echoes).plus(gain({ input: plate, gainDb: reverb.gainDb })), master);
  },
});
