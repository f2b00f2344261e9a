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

/** Gain behind the ladder: it gives full scale when it is driven. */
const voiceGain = 0.4;

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
        sub: { ...unity, default: 0.45, why: "level of the triangle an octave below" },
        cutoffHz: { ...ladder.parameters.cutoffHz, min: 30, max: 8_000, default: 300 },
        resonance: { ...ladder.parameters.resonance, default: 0.45 },
        driveDb: { ...ladder.parameters.driveDb, default: 4 },
        opening: {
          ...unity,
          max: 6,
          default: 3.5,
          why: "octaves that each note opens the filter at full velocity",
        },
        accent: { ...unity, default: 0.6, why: "how much softer and duller soft notes are" },
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
        const below = triangle({ frequencyHz: frequencyHz.times(0.5) });
        const tone = teeth.plus(square.minus(teeth).times(p.shape)).times(0.5).plus(below.times(p.sub));
        const strength = velocity.minus(1).times(p.accent).plus(1);
        const closing = adsr({
          gate,
          trigger,
          decaySeconds: p.decaySeconds,
          sustain: 0.1,
          attackSeconds: 0.002,
        });
        const octaves = closing.times(strength).times(p.opening).plus(pressure.times(pressureOctaves));
        const filtered = ladder({
          input: tone.times(0.6),
          cutoffHz: p.cutoffHz.times(exp2(octaves)),
          resonance: p.resonance,
          driveDb: p.driveDb,
        });
        const loud = filtered.times(strength).times(voiceGain);
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
