import { clockDivider } from "../../modules/clocks/clock_divider.ts";
import { stepSequencer } from "../../modules/clocks/step_sequencer.ts";
import { ticksPerBeat, transport } from "../../modules/clocks/transport.ts";
import { softClip } from "../../modules/distortion/soft_clip.ts";
import { attackRelease } from "../../modules/envelopes/attack_release.ts";
import { stateVariable } from "../../modules/filters/state_variable.ts";
import { noise } from "../../modules/oscillators/noise.ts";
import type { Parameter, ParameterSignals, ParameterTable } from "../../modules/signal/module.ts";
import { definePatch, instrument } from "../../modules/patch.ts";
import { fdnReverb } from "../../modules/reverbs/fdn_reverb.ts";
import type { Condition, Signal } from "../../modules/signal/signal.ts";
import { faderDb, gain } from "../../modules/utility/gain.ts";
import { pan } from "../../modules/utility/pan.ts";
import { hatSound, kickSound, snareSound, struckSine } from "./drum_sounds.ts";
import { mastered, masterFader } from "./master.ts";
import { unity } from "../../modules/signal/unity.ts";

/** Sixteenths in a bar of four beats. */
const stepsPerBar = 16;
const stepsPerBeat = 4;

const decay = { ...attackRelease.parameters.releaseSeconds, min: 0.01, max: 3 } as const;

const probability = {
  ...unity,
  default: 1,
  smoothingSeconds: 0,
  why: "chance of each step to be played: 1 always, 0 never",
} as const;

type StepName = `step${number}`;
type StepTable = Readonly<Record<StepName, Parameter<"1">>>;

/** Loudness of the letters of a pattern. */
const loudness: Readonly<Record<string, number>> = { X: 1, x: 0.7, "-": 0.4, ".": 0 };

/** Sixteen parameters, one a step, with a pattern as their defaults. */
function steps(pattern: string): StepTable {
  return Object.fromEntries([...pattern].map((letter, index) => [`step${index + 1}`, {
    ...probability,
    default: loudness[letter],
    why: `how loud sixteenth ${index + 1} of the bar is; 0 is a rest`,
  }]));
}

/** The strokes of a track of the sequencer. */
function play<P extends ParameterTable>(
  track: ParameterSignals<P> & ParameterSignals<StepTable> & { readonly probability: Signal<"1"> },
  { clock, reset, seed }: { readonly clock: Condition; readonly reset: Condition; readonly seed: number },
) {
  return stepSequencer({
    clock,
    reset,
    seed,
    steps: Array.from({ length: stepsPerBar }, (_, index) => {
      const level = track[`step${index + 1}`];
      return { value: level, gate: level, probability: track.probability };
    }),
  });
}

/** A drum machine: kick, snare and hats from its own sequencer, always in time; toms by notes on top. */
export const drums = definePatch({
  name: "drums",
  instruments: {
    tom: instrument({
      voices: 8,
      parameters: {
        decaySeconds: { ...decay, default: 0.5 },
        gainDb: { ...faderDb, default: -3 },
      },
      voice: ({ number, frequencyHz, gate, trigger, velocity }, { decaySeconds, gainDb }) => {
        const struck = (releaseSeconds: Signal<"s"> | number, releaseCurve: number) =>
          attackRelease({ gate, trigger, held: false, attackSeconds: 0.001, releaseSeconds, releaseCurve });
        const bentHz = frequencyHz.times(struck(0.12, 5).times(0.6).plus(1));
        const skin = struckSine(trigger, bentHz);
        // the second mode of a skin, and the stick: the harder, the more of both
        const second = struckSine(trigger, bentHz.times(1.52)).times(struck(decaySeconds.times(0.4), 5));
        const stick = stateVariable({ input: noise({}), cutoffHz: 1_700, q: 0.8 }).band.times(
          struck(0.05, 5),
        );
        const hard = second.times(0.5).plus(stick.times(1.1)).times(velocity);
        const output = gain({ input: skin.plus(hard).times(velocity).times(0.4), gainDb });
        const position = number.as("1").minus(48).times(1 / 24).within(-0.8, 0.8);
        return { output: pan({ input: output, position }), envelope: struck(decaySeconds, 4) };
      },
    }),
  },
  parameters: {
    transport: {
      tempoBpm: { ...transport.parameters.tempoBpm, min: 40, max: 240, default: 112 },
      running: transport.parameters.running,
      rewind: transport.parameters.rewind,
      swing: { ...clockDivider.parameters.swing, max: 0.5, default: 0.12 },
    },
    kick: {
      tuneHz: {
        unit: "Hz",
        min: 25,
        max: 120,
        default: 48,
        curve: "exponential",
        smoothingSeconds: 0.02,
        why: "pitch that the kick falls to",
      },
      punch: {
        ...probability,
        default: 0.6,
        smoothingSeconds: 0.02,
        why: "how far the pitch falls from above",
      },
      decaySeconds: { ...decay, default: 0.55 },
      probability,
      ...steps("X.....X.-.X....."),
      gainDb: faderDb,
    },
    snare: {
      snap: {
        ...probability,
        default: 0.6,
        smoothingSeconds: 0.02,
        why: "0 the skin alone, 1 the wires alone",
      },
      decaySeconds: { ...decay, default: 0.22 },
      probability: { ...probability, default: 0.95 },
      ...steps("....X..-....X..."),
      gainDb: { ...faderDb, default: -1 },
    },
    hat: {
      decaySeconds: { ...decay, default: 0.06 },
      probability: { ...probability, default: 0.9 },
      ...steps("x-x-x-x-x-x-x-.-"),
      gainDb: { ...faderDb, default: -7 },
    },
    openHat: {
      decaySeconds: { ...decay, default: 0.4 },
      probability: { ...probability, default: 0.8 },
      ...steps("..............x."),
      gainDb: { ...faderDb, default: -9 },
    },
    bus: {
      driveDb: { ...softClip.parameters.driveDb, min: -12, max: 24, default: 2 },
    },
    room: { gainDb: { ...faderDb, default: -19, why: "level of the room that all but the kick stand in" } },
    master: masterFader,
  },
  output: ({ tom }, { transport: time, kick, snare, hat, openHat, bus, room, master }) => {
    const { tick } = transport({ tempoBpm: time.tempoBpm, running: time.running, rewind: time.rewind });
    const reset = time.rewind.isAtLeast(0.5);
    const clock = clockDivider({
      clock: tick,
      reset,
      divide: ticksPerBeat / stepsPerBeat,
      swing: time.swing,
    });
    const [kicks, snares, hats, opens] = [kick, snare, hat, openHat].map((track, index) =>
      play(track, { clock, reset, seed: index + 1 })
    );
    const low = gain({ input: kickSound({ ...kick, ...kicks }), gainDb: kick.gainDb });
    const high = [
      gain({ input: snareSound({ ...snare, ...snares }), gainDb: snare.gainDb }),
      gain({ input: hatSound({ ...hat, ...hats }), gainDb: hat.gainDb }),
      // the closed hat chokes the open one
      gain({ input: hatSound({ ...openHat, ...opens, choke: hats.trigger }), gainDb: openHat.gainDb }),
    ].reduce((sum, one) => sum.plus(one), tom);
    const wet = fdnReverb({
      input: high,
      lines: 8,
      maxSeconds: 0.04,
      decaySeconds: 0.5,
      lowDecaySeconds: 0.4,
      highDecaySeconds: 0.3,
    });
    const all = softClip({ input: low.plus(high).times(0.26), driveDb: bus.driveDb });
    return mastered(all.plus(gain({ input: wet, gainDb: room.gainDb })), master);
  },
});
