import { arpeggiator } from "../../modules/clocks/arpeggiator.ts";
import { chance } from "../../modules/clocks/chance.ts";
import { clockDivider } from "../../modules/clocks/clock_divider.ts";
import { held } from "../../modules/clocks/hold.ts";
import { stepSequencer } from "../../modules/clocks/step_sequencer.ts";
import { ticksPerBeat, transport } from "../../modules/clocks/transport.ts";
import { attackRelease } from "../../modules/envelopes/attack_release.ts";
import { stateVariable } from "../../modules/filters/state_variable.ts";
import { lfo } from "../../modules/modulation/lfo.ts";
import { fmOperator } from "../../modules/oscillators/fm_operator.ts";
import { pinkNoise } from "../../modules/oscillators/pink_noise.ts";
import { sine } from "../../modules/oscillators/sine.ts";
import { superSaw } from "../../modules/oscillators/super_saw.ts";
import { definePatch } from "../../modules/patch.ts";
import { plateReverb } from "../../modules/reverbs/plate_reverb.ts";
import { buildRateHz } from "../../modules/signal/build_context.ts";
import { exp2, noteToHz } from "../../modules/signal/math.ts";
import { channels } from "../../modules/signal/channels.ts";
import { feedback } from "../../modules/signal/feedback.ts";
import { type Condition, constant, type Signal } from "../../modules/signal/signal.ts";
import { tuned } from "../../modules/tuning/tuned.ts";
import { faderDb, gain } from "../../modules/utility/gain.ts";
import { glide } from "../../modules/utility/glide.ts";
import { pan } from "../../modules/utility/pan.ts";
import { mastered, masterFader } from "./master.ts";
import { unity } from "../../modules/signal/unity.ts";

/** Places of the ground, in semitones from the root; the root itself more often than the others. */
const grounds = [0, 0, -5, 3, -2, 0, 5];

/** Notes of the bells above the ground: a scale that sounds well in any order. */
const bellScale = [24, 27, 29, 31, 34, 36];

/** Harmonics of the ground that come and go as sines. */
const harmonics = [3, 4, 5, 6, 7, 8, 9];

const bellCount = 3;
const fadeInSeconds = 2;

const part = { ...unity, smoothingSeconds: 0.2 } as const;

/** A slow random curve from -1 to 1, of its own in each channel. */
function wander(rateHz: Signal<"Hz">): Signal<"1"> {
  return lfo({ rateHz, shape: "randomSmooth" });
}

/** Bells at random moments, each at a place of its own. */
function bell(
  { clock, number, density, seed }: {
    readonly clock: Condition;
    readonly number: Signal<"semitones">;
    readonly density: Signal<"1">;
    readonly seed: number;
  },
): Signal<"1"> {
  const { trigger } = stepSequencer({ clock, steps: [{ gate: 1, probability: density }], seed });
  const chosen = arpeggiator({ clock: trigger, numbers: bellScale, order: "random", octaves: 2, seed });
  const frequencyHz = noteToHz(tuned(held(chosen.number.plus(number), trigger)));
  const struck = (releaseSeconds: number) =>
    attackRelease({
      gate: trigger,
      trigger,
      held: false,
      attackSeconds: 0.004,
      releaseSeconds,
      releaseCurve: 6,
    });
  const shaken = fmOperator({ frequencyHz, ratio: 3.5 }).times(struck(2).times(0.25));
  const loudness = held(chance(seed + bellCount, trigger).times(0.7).plus(0.3), trigger);
  const tone = fmOperator({ frequencyHz, phaseTurns: shaken }).times(struck(7)).times(loudness);
  return channels(
    ...pan({
      input: tone,
      position: held(chance(seed + 2 * bellCount, trigger).times(1.6).minus(0.8), trigger),
    }),
  );
}

/** Plays by itself, never the same twice, for months: all of its time is counted in whole numbers that wrap. */
export const drone = definePatch({
  name: "drone",
  instruments: {},
  parameters: {
    ground: {
      number: {
        unit: "semitones",
        min: 24,
        max: 60,
        default: 38,
        curve: "linear",
        smoothingSeconds: 0,
        why: "the key that it comes back to, as a MIDI note; it slides there",
      },
      changeBars: {
        unit: "1",
        min: 1,
        max: 96,
        default: 4,
        curve: "linear",
        smoothingSeconds: 0,
        why: "bars until the ground moves; whole numbers",
      },
      slideSeconds: { ...glide.parameters.seconds, default: 6 },
      gainDb: { ...faderDb, default: -5, why: "level of the ground: saws and a sine below them" },
    },
    time: { tempoBpm: { ...transport.parameters.tempoBpm, max: 120, default: 20 } },
    motion: {
      rateHz: { ...lfo.parameters.rateHz, max: 2, default: 0.06, why: "how fast everything wanders" },
      depth: { ...part, default: 0.6, why: "how far brightness and levels wander" },
    },
    filter: { cutoffHz: { ...stateVariable.parameters.cutoffHz, min: 60, max: 8_000, default: 420 } },
    harmonics: { gainDb: { ...faderDb, default: -6, why: "level of the harmonics that come and go" } },
    bells: {
      density: {
        ...part,
        default: 0.16,
        smoothingSeconds: 0,
        why: "chance of each bell to be struck at a beat",
      },
      gainDb: { ...faderDb, default: -14 },
    },
    wind: { gainDb: { ...faderDb, default: -16 } },
    reverb: {
      decaySeconds: { ...plateReverb.parameters.decaySeconds, default: 9 },
      gainDb: { ...faderDb, default: -6, why: "level of the plate" },
    },
    master: masterFader,
  },
  output: (_buses, { ground, time, motion, filter, harmonics: overtones, bells, wind, reverb, master }) => {
    const { tick, bar } = transport({ tempoBpm: time.tempoBpm });
    const beat = clockDivider({ clock: tick, divide: ticksPerBeat });
    const change = clockDivider({ clock: bar, divide: ground.changeBars });
    const move = arpeggiator({ clock: change, numbers: grounds, order: "random", seed: 11 }).number;
    const number = glide({ number: ground.number.plus(move), seconds: ground.slideSeconds });
    const hz = (semitones: number) => noteToHz(tuned(number.plus(semitones)));
    const { rateHz, depth } = motion;
    const swell = (faster: number) => wander(rateHz.times(faster)).times(depth).times(0.5).plus(0.6);

    const saws = superSaw({ frequencyHz: hz(0), detune: 0.22 }).times(swell(1))
      .plus(superSaw({ frequencyHz: hz(7), detune: 0.18 }).times(swell(1.3)).times(0.5));
    const opening = exp2(wander(rateHz.times(0.8)).times(depth).times(2));
    const bed = stateVariable({ input: saws.times(0.28), cutoffHz: filter.cutoffHz.times(opening), q: 1.1 })
      .low
      .plus(sine({ frequencyHz: hz(-12) }).times(0.12));
    const sung = harmonics.reduce((sum, harmonic, index) => {
      const level = wander(rateHz.times(0.6 + 0.1 * index)).atLeast(0).squared();
      return sum.plus(sine({ frequencyHz: hz(0).times(harmonic) }).times(level).times(0.5 / harmonic ** 0.5));
    }, constant(0));
    const rung = Array.from(
      { length: bellCount },
      (_, index) =>
        bell({ clock: beat, number: ground.number.plus(move), density: bells.density, seed: index + 1 }),
    ).reduce((sum, one) => sum.plus(one));
    const breath = stateVariable({
      input: pinkNoise({}),
      cutoffHz: constant<"Hz">(700).times(exp2(wander(rateHz.times(1.7)).times(1.5))),
      q: 3,
    }).band.times(swell(1.1));

    const fadeIn = feedback(0, (before) => before.plus(1 / (fadeInSeconds * buildRateHz())).atMost(1));
    const dry = [
      gain({ input: bed, gainDb: ground.gainDb }),
      gain({ input: sung, gainDb: overtones.gainDb }),
      gain({ input: rung, gainDb: bells.gainDb }),
      gain({ input: breath, gainDb: wind.gainDb }),
    ].reduce((sum, one) => sum.plus(one)).times(fadeIn);
    const plate = plateReverb({
      input: dry,
      decaySeconds: reverb.decaySeconds,
      dampingHz: 4_500,
      preDelaySeconds: 0.04,
    });
    return mastered(dry.plus(gain({ input: plate, gainDb: reverb.gainDb })), master);
  },
});
