import { softClip } from "../../modules/distortion/soft_clip.ts";
import { adsr } from "../../modules/envelopes/adsr.ts";
import { lfo } from "../../modules/modulation/lfo.ts";
import { fmOperator } from "../../modules/oscillators/fm_operator.ts";
import { definePatch, instrument } from "../../modules/patch.ts";
import { plateReverb } from "../../modules/reverbs/plate_reverb.ts";
import { exp2, log2 } from "../../modules/signal/math.ts";
import { channels } from "../../modules/signal/channels.ts";
import { constant } from "../../modules/signal/signal.ts";
import { chorus } from "../../modules/time/chorus.ts";
import { faderDb, gain } from "../../modules/utility/gain.ts";
import { mastered, masterFader } from "./master.ts";
import { unity } from "../../modules/signal/unity.ts";

/** Gain of a voice at full velocity: eight of them stay below the limiter. */
const voiceGain = 0.31;

/** How hardness grows with velocity: soft keys still have overtones, hard ones bark. */
const hardnessPower = 0.75;

/** Turns of the body's phase at full hardness and bark. */
const bodyTurns = 0.85;

/** Octaves that the two bodies are apart: they beat slowly, and wide. */
const bodiesApart = 2.4 / 1_200;

/** How far the pick-up leans to one side, which makes even overtones. */
const lean = 0.35;

/** The tine rings at this harmonic, as in the electric pianos of the first FM keyboards. */
const tineRatio = 14;

/** An electric piano by frequency modulation: a body that barks when it is hit hard, a tine that rings above, tremolo. */
export const piano = definePatch({
  name: "piano",
  instruments: {
    piano: instrument({
      voices: 24,
      parameters: {
        decaySeconds: {
          ...adsr.parameters.decaySeconds,
          min: 0.5,
          max: 30,
          default: 12,
          why: "how long middle C rings; an octave above it is a third shorter, below as much longer",
        },
        releaseSeconds: { ...adsr.parameters.releaseSeconds, default: 0.35, max: 10 },
        bark: { ...unity, default: 0.5, why: "overtones of the body, the more the harder the key is hit" },
        tine: { ...unity, default: 0.4, why: "the bell in front of each note" },
        gainDb: faderDb,
      },
      voice: ({ number, frequencyHz, gate, trigger, velocity, pressure }, p) => {
        const shorter = exp2(number.as("1").minus(60).times(-0.6 / 12));
        const falling = (seconds: number) =>
          adsr({
            gate,
            trigger,
            attackSeconds: 0.001,
            decaySeconds: shorter.times(seconds).as("s"),
            sustain: 0,
          });
        const envelope = adsr({
          gate,
          trigger,
          attackSeconds: 0.002,
          decaySeconds: p.decaySeconds.times(shorter),
          sustain: 0,
          releaseSeconds: p.releaseSeconds,
        });
        const struck = exp2(log2(velocity).times(hardnessPower)).times(0.9).plus(0.1);
        const hardness = struck.times(falling(2.5).times(0.8).plus(0.2)).plus(pressure.times(0.3));
        const shaken = hardness.times(p.bark).times(bodyTurns);
        const bodies = [bodiesApart / 2, -bodiesApart / 2].map((octaves) => {
          const ownHz = frequencyHz.times(2 ** octaves);
          const bar = fmOperator({
            frequencyHz: ownHz,
            phaseTurns: fmOperator({ frequencyHz: ownHz }).times(shaken),
          });
          return bar.plus(bar.squared().minus(0.5).times(hardness.times(lean)));
        });
        // left out where the tine would be beyond hearing
        const heard = constant(98).minus(number.as("1")).times(1 / 24).within(0, 1);
        const strike = falling(1.4).times(p.tine).times(velocity).times(heard).times(0.4);
        const tine = fmOperator({
          frequencyHz,
          phaseTurns: fmOperator({ frequencyHz, ratio: tineRatio }).times(strike),
        });
        const [left, right] = bodies.map((body) =>
          gain({
            input: body.times(0.6).plus(tine.times(0.4)).times(velocity).times(voiceGain),
            gainDb: p.gainDb,
          })
        );
        return { output: [left, right], envelope };
      },
    }),
  },
  parameters: {
    amp: {
      driveDb: { ...softClip.parameters.driveDb, min: -12, max: 24, default: -3 },
    },
    tremolo: {
      rateHz: { ...lfo.parameters.rateHz, min: 0.1, max: 12, default: 4.5 },
      depth: { ...unity, default: 0.3, why: "how far the sound goes from side to side" },
    },
    chorus: { mix: { ...chorus.parameters.mix, default: 0.25 } },
    reverb: { gainDb: { ...faderDb, default: -17, why: "level of the plate" } },
    master: masterFader,
  },
  output: ({ piano }, { amp, tremolo, chorus: { mix }, reverb, master }) => {
    const driven = softClip({ input: piano, driveDb: amp.driveDb });
    const swing = lfo({ rateHz: tremolo.rateHz }).times(0.5);
    const sides = channels(swing.plus(0.5), constant(0.5).minus(swing));
    const moving = driven.times(constant(1).minus(sides.times(tremolo.depth)));
    const wide = chorus({ input: moving, rateHz: 0.7, mix, spreadTurns: 0.25 });
    const room = plateReverb({ input: wide, decaySeconds: 1.8, preDelaySeconds: 0.02, dampingHz: 5_000 });
    return mastered(wide.plus(gain({ input: room, gainDb: reverb.gainDb })), master);
  },
});
