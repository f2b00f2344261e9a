import { adsr } from "../../modules/envelopes/adsr.ts";
import { onePole } from "../../modules/filters/one_pole.ts";
import { stateVariable } from "../../modules/filters/state_variable.ts";
import { sampler as playFile } from "../../modules/oscillators/sampler.ts";
import { definePatch, instrument, type Note } from "../../modules/patch.ts";
import { plateReverb } from "../../modules/reverbs/plate_reverb.ts";
import { exp2, noteToHz } from "../../modules/signal/math.ts";
import { sampleFile } from "../../modules/signal/sample_file.ts";
import { always, type Condition, constant, type Signal } from "../../modules/signal/signal.ts";
import { faderDb, gain } from "../../modules/utility/gain.ts";
import { pan } from "../../modules/utility/pan.ts";
import { mastered, masterFader } from "./master.ts";
import { unity } from "../../modules/signal/unity.ts";

/** Gain of a key at full velocity: chords stay below the limiter. */
const keyGain = 0.5;

/** Rubbed glass is as loud all along as a plucked string is in its first moment. */
const glassGain = 0.3;

/** Octaves that a hard stroke is brighter than a soft one. */
const hardOctaves = 4;

/** Time in which the old sound of a voice that is taken for another drum fades out. */
const takenSeconds = 0.005;

/** A string that is struck once and left to ring, and rubbed glass, whose loop is written in its file. */
const harmonic = sampleFile("harmonic.wav");
const glass = sampleFile("glass.wav");

/** A drum of the kit. */
interface Drum {
  readonly file: string;
  /** Those that General MIDI has it on. */
  readonly keys: readonly number[];
  /** Seen from the drummer's listeners: -1 left, 1 right. */
  readonly position: number;
  readonly gainDb: number;
  /** Key at which it has the pitch of the recording, where keys have different pitches. */
  readonly tunedKey?: number;
}

/** The files have all the same peak; gains make a kit of them. */
const drums: readonly Drum[] = [
  { file: "kick.flac", keys: [35, 36], position: 0, gainDb: 0 },
  { file: "snare.flac", keys: [38, 40], position: -0.1, gainDb: -3 },
  { file: "snap.flac", keys: [37, 39], position: 0.25, gainDb: -5 },
  { file: "tom.flac", keys: [41, 43, 45, 47, 48, 50], position: -0.3, gainDb: -4, tunedKey: 45 },
  { file: "hat-closed.flac", keys: [42], position: 0.35, gainDb: -9 },
  { file: "hat-pedal.flac", keys: [44], position: 0.35, gainDb: -10 },
  { file: "hat-open.flac", keys: [46], position: 0.35, gainDb: -11 },
  { file: "crash.flac", keys: [49, 57], position: -0.5, gainDb: -8 },
  { file: "cowbell.flac", keys: [56], position: 0.5, gainDb: -12 },
];

const startPart = {
  ...playFile.parameters.start,
  max: 0.9,
  why: "part of each recording that is left out at its beginning; heard with the next note",
} as const;

/** Whether a note lies on one of these keys. */
function isOn({ number }: Note, keys: readonly number[]): Condition {
  const nearest = number.rounded();
  return keys.map((key) => nearest.equals(key)).reduce((any, one) => any.or(one));
}

/** One drum in a voice that can play all of them: it sounds when the note is its own, to the end, however soon it is let go. */
function playDrum(
  { file: name, keys, gainDb, tunedKey }: Drum,
  note: Note,
  { semitones, start, decaySeconds }: {
    readonly semitones: Signal<"1">;
    readonly start: Signal<"1">;
    readonly decaySeconds: Signal<"s">;
  },
) {
  const file = sampleFile(name);
  const own = isOn(note, keys);
  const struck = note.trigger.and(own);
  const height = tunedKey === undefined ? constant(0) : note.number.as("1").minus(tunedKey);
  return playFile({
    file,
    trigger: struck,
    // it begins at once at full level, and falls from there
    gate: struck,
    releaseSeconds: own.select(decaySeconds, constant<"s">(takenSeconds)),
    // a file that says its root is heard as it was recorded all the same
    frequencyHz: noteToHz(file.rootNote).times(exp2(semitones.plus(height).times(1 / 12))),
    start,
    gainDb,
  });
}

/** A sampler: a plucked string above rubbed glass over the keyboard, and a drum kit, from recordings that can be exchanged. */
export const sampler = definePatch({
  name: "sampler",
  instruments: {
    keys: instrument({
      voices: 16,
      parameters: {
        start: startPart,
        attackSeconds: { ...adsr.parameters.attackSeconds, default: 0.001 },
        decaySeconds: { ...adsr.parameters.decaySeconds, default: 6 },
        sustain: { ...adsr.parameters.sustain, default: 0.5 },
        releaseSeconds: { ...adsr.parameters.releaseSeconds, default: 0.9 },
        glass: {
          ...unity,
          default: 0.4,
          why:
            "level of the rubbed glass below the string; it sounds on while a key is held, more when pressed",
        },
        swellSeconds: {
          ...playFile.parameters.attackSeconds,
          default: 0.6,
          why: "how long the glass takes to come",
        },
        cutoffHz: { ...stateVariable.parameters.cutoffHz, min: 60, default: 220 },
        q: { ...stateVariable.parameters.q, max: 10, default: 0.8 },
        width: {
          ...pan.parameters.position,
          min: 0,
          default: 0.5,
          why: "how wide the keys lie: 0 all in the middle, 1 from side to side",
        },
        gainDb: faderDb,
      },
      voice: ({ number, frequencyHz, gate, trigger, velocity, pressure, timbre }, p) => {
        const height = number.as("1").minus(60);
        // both sound on until the envelope of the voice has ended
        const string = playFile({
          file: harmonic,
          oneShot: true,
          frequencyHz,
          gate,
          trigger,
          start: p.start,
        });
        const bowed = playFile({
          file: glass,
          loop: "file",
          frequencyHz,
          trigger,
          gate: always(true),
          attackSeconds: p.swellSeconds,
        });
        const glassLevel = p.glass.times(pressure.plus(1)).times(glassGain);
        const octaves = velocity.times(hardOctaves).plus(timbre.times(2)).plus(height.times(0.5 / 12));
        const cutoffHz = p.cutoffHz.times(exp2(octaves));
        const [left, right] = (["left", "right"] as const).map((side) => {
          const input = string[side].plus(bowed[side].times(glassLevel)).times(velocity).times(keyGain);
          return gain({ input: stateVariable({ input, cutoffHz, q: p.q }).low, gainDb: p.gainDb });
        });
        const position = height.times(1 / 30).within(-1, 1).times(p.width);
        return {
          output: [pan({ input: left, position })[0], pan({ input: right, position })[1]],
          envelope: adsr({
            gate,
            trigger,
            attackSeconds: p.attackSeconds,
            decaySeconds: p.decaySeconds,
            sustain: p.sustain,
            releaseSeconds: p.releaseSeconds,
          }),
        };
      },
    }),
    kit: instrument({
      voices: 12,
      // the channel of drums in General MIDI
      midiChannel: 10,
      // there is one pair of hi-hats
      chokeGroups: [[42, 44, 46]],
      parameters: {
        tuneSemitones: {
          unit: "semitones",
          min: -12,
          max: 12,
          default: 0,
          curve: "linear",
          smoothingSeconds: 0.02,
          why: "pitch of all drums against their recordings",
        },
        start: startPart,
        decaySeconds: {
          ...playFile.parameters.releaseSeconds,
          min: 0.02,
          default: 20,
          why: "how long a drum may ring: short is tight and dry, long leaves it as it was recorded",
        },
        cutoffHz: {
          ...onePole.parameters.cutoffHz,
          min: 100,
          default: 18_000,
          why: "corner of a low pass at full velocity; soft strokes are darker",
        },
        gainDb: faderDb,
      },
      voice: (note, p) => {
        const { velocity, bend } = note;
        const semitones = p.tuneSemitones.plus(bend).as("1");
        const sounds = drums.map((drum) => playDrum(drum, note, { ...p, semitones }));
        const sumOf = (one: "left" | "right" | "envelope") =>
          sounds.map((sound) => sound[one]).reduce((sum, signal) => sum.plus(signal));
        const position = drums.map(({ keys, position }) => constant(position).where(isOn(note, keys)))
          .reduce((sum, one) => sum.plus(one));
        const cutoffHz = p.cutoffHz.times(exp2(velocity.minus(1).times(hardOctaves)));
        const [left, right] = (["left", "right"] as const).map((side) => {
          const { low } = onePole({ input: sumOf(side).times(velocity), cutoffHz });
          return gain({ input: low, gainDb: p.gainDb });
        });
        const envelope = sumOf("envelope").atMost(1);
        return {
          output: [pan({ input: left, position })[0], pan({ input: right, position })[1]],
          envelope,
          // a drum that has rung out is over, also under a key that is held
          done: envelope.isAbove(0).not(),
        };
      },
    }),
  },
  parameters: {
    plate: {
      decaySeconds: { ...plateReverb.parameters.decaySeconds, default: 2.6 },
      keysDb: { ...faderDb, default: -9, why: "how much of the keys the plate gets" },
      kitDb: { ...faderDb, default: -20, why: "how much of the drums the plate gets" },
    },
    master: masterFader,
  },
  output: ({ keys, kit }, { plate, master }) => {
    const sent = gain({ input: keys, gainDb: plate.keysDb }).plus(gain({ input: kit, gainDb: plate.kitDb }));
    const wet = plateReverb({
      // the lowest tones would only make the plate muddy
      input: onePole({ input: sent, cutoffHz: 160 }).high,
      decaySeconds: plate.decaySeconds,
      preDelaySeconds: 0.02,
      dampingHz: 6_000,
    });
    return mastered(keys.plus(kit).plus(wet), master);
  },
});
