import { softClip } from "../../modules/distortion/soft_clip.ts";
import { adsr } from "../../modules/envelopes/adsr.ts";
import { ladder } from "../../modules/filters/ladder.ts";
import { onePole } from "../../modules/filters/one_pole.ts";
import { pulse, saw } from "../../modules/oscillators/saw.ts";
import { triangle } from "../../modules/oscillators/triangle.ts";
import { definePatch, instrument } from "../../modules/patch.ts";
import { exp2, noteToHz } from "../../modules/signal/math.ts";
import { chorus } from "../../modules/time/chorus.ts";
import { tuned } from "../../modules/tuning/tuned.ts";
import { faderDb, gain } from "../../modules/utility/gain.ts";
import { glide } from "../../modules/utility/glide.ts";
import { mastered, masterFader } from "./master.ts";
import { unity } from "../../modules/signal/unity.ts";

/** Gain behind the drive, which ends at full scale. */
const voiceGain = 0.62;

/** Where the octave below has faded out, and where it is whole: loudspeakers move below it and give no sound. */
const [lowestSubHz, wholeSubHz] = [32, 44];

/** Octaves that pressing the key opens the filter. */
const pressureOctaves = 2;

/** Below it nothing is spread: the bass of a room comes from everywhere. */
const wideAboveHz = 250;

/** A bass line for one finger: saw, pulse and an octave below through a driven ladder; notes that overlap slide. */
export const bass = definePatch({
  name: "bass",
  instruments: {
    bass: instrument({
      mode: "legato",
      parameters: {
        glideSeconds: { ...glide.parameters.seconds, max: 2, default: 0.06 },
        shape: { ...unity, default: 0.25, why: "0 a saw, 1 a square, between them both" },
        sub: { ...unity, default: 0.2, why: "level of the triangle an octave below, from 40 Hz up" },
        cutoffHz: { ...ladder.parameters.cutoffHz, min: 30, max: 8_000, default: 280 },
        resonance: { ...ladder.parameters.resonance, default: 0.45 },
        driveDb: {
          ...softClip.parameters.driveDb,
          min: -12,
          max: 36,
          default: 8,
          why:
            "drive behind the filter: overtones that small loudspeakers show, the more the harder the note",
        },
        opening: {
          ...unity,
          max: 6,
          default: 5,
          why: "octaves that each note opens the filter at full velocity",
        },
        accent: { ...unity, default: 0.75, why: "how much softer and duller soft notes are" },
        attackSeconds: { ...adsr.parameters.attackSeconds, max: 2, default: 0.003 },
        decaySeconds: {
          ...adsr.parameters.decaySeconds,
          max: 10,
          default: 1.4,
          why: "time the filter closes in",
        },
        releaseSeconds: { ...adsr.parameters.releaseSeconds, max: 5, default: 0.12 },
        gainDb: faderDb,
      },
      voice: ({ number, bend, gate, trigger, velocity, pressure }, p) => {
        const gliding = glide({ number, seconds: p.glideSeconds });
        const frequencyHz = noteToHz(tuned(gliding).plus(bend));
        const [teeth, square] = [saw({ frequencyHz }), pulse({ frequencyHz, width: 0.5 })];
        const subHz = frequencyHz.times(0.5);
        const isLow = subHz.minus(lowestSubHz).as("1").times(1 / (wholeSubHz - lowestSubHz)).within(0, 1);
        const below = triangle({ frequencyHz: subHz }).times(isLow);
        const tone = teeth.plus(square.minus(teeth).times(p.shape)).times(0.5).plus(below.times(p.sub));
        const strength = velocity.minus(1).times(p.accent).plus(1);
        const closing = adsr({
          gate,
          trigger,
          decaySeconds: p.decaySeconds,
          sustain: 0.1,
          attackSeconds: 0.002,
        });
        const octaves = closing.times(strength.squared()).times(p.opening).plus(
          pressure.times(pressureOctaves),
        );
        const filtered = ladder({
          input: tone.times(0.6),
          cutoffHz: p.cutoffHz.times(exp2(octaves)),
          resonance: p.resonance,
          driveDb: -6,
        });
        const driven = softClip({ input: filtered.times(strength), driveDb: p.driveDb });
        const loud = driven.times(strength.times(0.4).plus(0.6)).times(voiceGain);
        return {
          output: gain({ input: loud, gainDb: p.gainDb }),
          envelope: adsr({
            gate,
            trigger,
            attackSeconds: p.attackSeconds,
            decaySeconds: 0.4,
            sustain: 0.85,
            releaseSeconds: p.releaseSeconds,
          }),
        };
      },
    }),
  },
  parameters: {
    chorus: {
      mix: {
        ...chorus.parameters.mix,
        default: 0.3,
        why: "width of what lies above 250 Hz: 0 the original alone, 1 the copies alone",
      },
    },
    master: masterFader,
  },
  output: ({ bass }, { chorus: { mix }, master }) => {
    const { low, high } = onePole({ input: bass, cutoffHz: wideAboveHz });
    const wide = chorus({ input: high, rateHz: 0.4, mix, spreadTurns: 0.5 });
    return mastered(low.plus(wide), master);
  },
});
