/** Pictures of modules that make sound, move other modules, or keep time. */
import * as library from "../../modules/mod.ts";
import type { Note } from "../../modules/patch.ts";
import { lfoShapes } from "../../modules/modulation/lfo.ts";
import { type Condition, constant, type Signal, type Unit } from "../../modules/signal/signal.ts";
import { rateHz } from "../../testing/trial/trial_patch.ts";
import type { Axis, Panel } from "./chart.ts";
import {
  effected,
  hertz,
  level,
  lineSpectrum,
  noiseSpectrum,
  overTime,
  played,
  ramp,
  seconds,
  sineSamples,
  slowly,
} from "./responses.ts";

type Voice = (note: Note) => Signal<Unit>;
type Panels = () => Promise<readonly Panel[]>;

const height = (most: number, title = "level"): Axis => ({ title, from: -most, to: most });
const frequencyHz = 440;
const upToHalf: Axis = {
  title: "Hz",
  from: 0,
  to: 24_000,
  ticks: [0, 4_000, 8_000, 12_000, 16_000, 20_000, 24_000],
};

/** Two periods and the spectrum of a tone of 440 Hz. */
const oscillator = (voices: Readonly<Record<string, Voice>>, most = 1.1): Panels => async () => {
  const names = Object.entries(voices);
  const waves = await Promise.all(names.map(([, voice]) => played(voice, 40_000)));
  return [
    {
      title: "wave, 440 Hz",
      x: { title: "ms", from: 0, to: 4.5 },
      y: height(most),
      lines: names.map(([name], index) => ({
        name,
        points: overTime(waves[index].subarray(0, 220)).map(([x, y]) => [x * 1_000, y]),
      })),
    },
    {
      title: "spectrum, 440 Hz",
      x: upToHalf,
      y: level(-140, 0),
      lines: names.slice(0, 2).map(([name], index) => ({
        name,
        points: lineSpectrum(waves[index].subarray(2_048, 2_048 + 32_768)),
      })),
    },
  ];
};

const noise = (voice: Voice): Panels => async () => {
  const samples = await played(voice, 60 * 16_384);
  return [
    {
      title: "10 ms",
      x: { title: "ms", from: 0, to: 10 },
      y: height(1.1),
      lines: [{
        name: "",
        points: overTime(samples.subarray(48_000, 48_480), 480).map(([x, y]) => [x * 1_000, y]),
      }],
    },
    {
      title: "power a hertz, thirds of an octave",
      x: hertz,
      y: level(-40, 40),
      lines: [{ name: "", points: noiseSpectrum(samples) }],
    },
  ];
};

/** Levels of envelopes; the key is let go after a time. */
const envelopes =
  (voices: Readonly<Record<string, Voice>>, total: number, heldSeconds: number): Panels => async () => [{
    title: `level, let go after ${heldSeconds} s`,
    x: seconds(total),
    y: { title: "level", from: 0, to: 1.05 },
    lines: await Promise.all(
      Object.entries(voices).map(async ([name, voice]) => ({
        name,
        points: overTime(await played(voice, total * rateHz, { held: heldSeconds * rateHz }), 300),
      })),
    ),
  }];

const gateOf = ({ gate, trigger }: Note) => ({ gate, trigger });

/** Rows of conditions over time: up is true. */
const rows =
  (title: string, total: number, voices: Readonly<Record<string, (note: Note) => Condition>>): Panels =>
  async () => {
    const names = Object.entries(voices);
    const rate = 1_000;
    return [{
      title,
      x: seconds(total),
      y: { title: "", from: 0, to: names.length, ticks: [] },
      mark: "step",
      lines: await Promise.all(names.map(async ([name, condition], row) => {
        const samples = await played((note) => condition(note).select(1, 0), total * rate, { rate });
        const base = names.length - row - 0.9;
        return {
          name,
          points: [...samples].flatMap((sample, frame): [number, number][] => {
            const changes = frame === 0 || frame === samples.length - 1 || sample !== samples[frame - 1];
            return changes ? [[frame / rate, base + sample * 0.8]] : [];
          }),
        };
      })),
    }];
  };

const clock = () => library.transport({ tempoBpm: 120 });
const sixteenths = () => library.clockDivider({ clock: clock().tick, divide: 6 });
/** Long enough to be seen. */
const seen = (trigger: Condition) => {
  const age = library.integerFeedback(100, (before) => trigger.selectInteger(0, before.plus(1)));
  return age.isBelow(20);
};
const notesOf = (voice: (note: Note) => Signal<Unit>, gate: (note: Note) => Condition) => async () => {
  const rate = 1_000;
  const [values, gates] = await Promise.all([
    played(voice, 2 * rate, { rate }),
    played((note) => gate(note).select(1, 0), 2 * rate, { rate }),
  ]);
  return { values, gates, rate };
};
const melody =
  (title: string, y: Axis, voice: (note: Note) => Signal<Unit>, gate: (note: Note) => Condition): Panels =>
  async () => {
    const { values, gates, rate } = await notesOf(voice, gate)();
    const points = (value: (frame: number) => number) =>
      [...values].flatMap((one, frame): [number, number][] =>
        frame === 0 || frame === values.length - 1 || one !== values[frame - 1] ||
          gates[frame] !== gates[frame - 1]
          ? [[frame / rate, value(frame)]]
          : []
      );
    const low = y.from + (y.to - y.from) * 0.03;
    return [{
      title,
      x: seconds(2),
      y,
      mark: "step",
      lines: [
        { name: "value", points: points((frame) => values[frame]) },
        { name: "gate", points: points((frame) => gates[frame] ? low + (y.to - y.from) * 0.08 : low) },
      ],
    }];
  };

/** On for the first half of a second and again. */
const pulses = Float32Array.from(
  { length: 96_000 },
  (_, frame) => frame >= 12_000 && frame < 48_000 ? 0.8 : 0,
);
const burst = sineSamples(100, 96_000).map((sample, frame) => sample * pulses[frame]);

const follows = (
  samples: Float32Array,
  outputs: Readonly<Record<string, (input: Signal<"1">) => Signal<"1">>>,
): Panels =>
async () => [{
  title: "over time",
  x: seconds(2),
  y: height(1),
  lines: [
    { name: "input", points: overTime(samples, samples === burst ? 400 : 240) },
    ...await Promise.all(
      Object.entries(outputs).map(async ([name, effect]) => ({
        name,
        points: slowly(await effected(effect, samples), 400),
      })),
    ),
  ],
}];

const knob = (
  { title, from, to, y }: { title: string; from: number; to: number; y: Axis },
  lines: Readonly<Record<string, (at: Signal<"1">) => Signal<"1">>>,
): Panels =>
async () => {
  const places = ramp(from, to, 101);
  return [{
    title,
    x: { title: "position", from, to },
    y,
    lines: await Promise.all(
      Object.entries(lines).map(async ([name, gain]) => {
        const heard = await effected(gain, places);
        return { name, points: places.map((place, index): [number, number] => [place, heard[index]]) };
      }),
    ),
  }];
};

const { lfo } = library;

/** By module. */
export const picturesOfSources: Readonly<Record<string, Panels>> = {
  sine: oscillator({ "": () => library.sine({ frequencyHz }) }),
  saw: oscillator({ "": () => library.saw({ frequencyHz }) }),
  triangle: oscillator({ "": () => library.triangle({ frequencyHz }) }),
  pulse: oscillator({
    "width 0.5": () => library.pulse({ frequencyHz }),
    "width 0.1": () => library.pulse({ frequencyHz, width: 0.1 }),
  }, 2),
  superSaw: oscillator({ "": () => library.superSaw({ frequencyHz }) }, 3),
  fmOperator: oscillator({
    "feedback 0.16": () => library.fmOperator({ frequencyHz, feedbackTurns: 0.16 }),
    "ratio 2, moved by another": () =>
      library.fmOperator({ frequencyHz, ratio: 2, phaseTurns: library.sine({ frequencyHz }).times(0.3) }),
  }),
  wavetable: oscillator({
    "position 0.5": () => library.wavetable({ frequencyHz, position: 0.5 }),
    "position 1": () => library.wavetable({ frequencyHz, position: 1 }),
  }, 1.3),
  noise: noise(() => library.noise({})),
  pinkNoise: noise(() => library.pinkNoise({})),
  brownNoise: noise(() => library.brownNoise({})),
  pluck: async () => {
    const samples = await played(
      ({ trigger, frequencyHz }) => library.pluck({ trigger, frequencyHz }),
      2 * rateHz,
      {
        number: 57,
      },
    );
    return [
      {
        title: "a pluck at 220 Hz",
        x: seconds(2),
        y: height(1.1),
        lines: [{ name: "", points: overTime(samples, 500) }],
      },
      {
        title: "spectrum after 0.1 s",
        x: upToHalf,
        y: level(-140, 0),
        lines: [{ name: "", points: lineSpectrum(samples.subarray(4_800, 4_800 + 32_768)) }],
      },
    ];
  },
  lfo: async () => {
    const panel = async (
      shapes: readonly (typeof lfoShapes)[number][],
      title: string,
      total: number,
    ): Promise<Panel> => ({
      title,
      x: seconds(total),
      y: height(1.1),
      lines: await Promise.all(shapes.map(async (shape) => ({
        name: shape,
        points: slowly(await played(() => lfo({ shape, rateHz: 2 }), total * rateHz), 200),
      }))),
    });
    return [
      await panel(lfoShapes.slice(0, 4), "2 Hz", 1),
      await panel(lfoShapes.slice(4), "2 Hz, at random", 2),
    ];
  },
  adsr: envelopes(
    {
      default: (note) => library.adsr(gateOf(note)),
      "slow attack": (note) =>
        library.adsr({ ...gateOf(note), attackSeconds: 0.3, decaySeconds: 0.5, sustain: 0.4 }),
    },
    1.5,
    1,
  ),
  adsrCurved: envelopes(
    {
      default: (note) => library.adsrCurved({ ...gateOf(note), attackSeconds: 0.3, decaySeconds: 0.4 }),
      "all curves 0": (note) =>
        library.adsrCurved({
          ...gateOf(note),
          attackSeconds: 0.3,
          decaySeconds: 0.4,
          attackCurve: 0,
          decayCurve: 0,
          releaseCurve: 0,
        }),
      "all curves -4": (note) =>
        library.adsrCurved({
          ...gateOf(note),
          attackSeconds: 0.3,
          decaySeconds: 0.4,
          attackCurve: -4,
          decayCurve: -4,
          releaseCurve: -4,
        }),
    },
    1.5,
    1,
  ),
  attackRelease: envelopes(
    {
      held: (note) => library.attackRelease({ ...gateOf(note), attackSeconds: 0.2 }),
      struck: (note) => library.attackRelease({ ...gateOf(note), attackSeconds: 0.2, held: false }),
    },
    1.5,
    1,
  ),
  multiStage: envelopes(
    {
      default: (note) => library.multiStage(gateOf(note)),
      "four stages, two repeated": (note) =>
        library.multiStage({
          ...gateOf(note),
          stages: [
            { level: 0.9, seconds: 0.2, curve: -3 },
            { level: 0.3, seconds: 0.1, curve: 3 },
            { level: 0.6, seconds: 0.1 },
            { level: 0, seconds: 0.3, curve: 4 },
          ],
          loopFrom: 1,
        }),
    },
    1.5,
    1,
  ),
  glide: async () => {
    const step = ({ trigger }: Note) => {
      const begun = library.integerFeedback(0, (before) => trigger.selectInteger(0, before.plus(1)));
      return begun.isBelow(4_800).select<"semitones">(60, 67);
    };
    const points = async (seconds: number) =>
      slowly(await played((note) => library.glide({ number: step(note), seconds }), 24_000));
    return [{
      title: "from 60 to 67 at 0.1 s",
      x: seconds(0.5),
      y: { title: "semitones", from: 58, to: 69 },
      lines: [
        { name: "0.08 s", points: await points(0.08) },
        { name: "0.3 s", points: await points(0.3) },
      ],
    }];
  },
  slew: follows(pulses, {
    default: (input) => library.slew({ input }),
    "0.5 s up, 1 s down": (input) => library.slew({ input, riseSeconds: 0.5, fallSeconds: 1 }),
  }),
  envelopeFollower: follows(burst, { output: (input) => library.envelopeFollower({ input }) }),
  meter: follows(burst, {
    peak: (input) => library.meter({ input }).peak,
    rms: (input) => library.meter({ input }).rms,
  }),
  pan: knob({ title: "gains", from: -1, to: 1, y: { title: "gain", from: 0, to: 1.05 } }, {
    left: (position) => library.pan({ input: constant(1), position })[0],
    right: (position) => library.pan({ input: constant(1), position })[1],
  }),
  crossfade: knob({ title: "gains", from: 0, to: 1, y: { title: "gain", from: 0, to: 1.05 } }, {
    from: (position) => library.crossfade({ from: constant(1), to: constant(0), position }),
    to: (position) => library.crossfade({ from: constant(0), to: constant(1), position }),
  }),
  stereoWidth: knob({
    title: "a sound on the left alone",
    from: 0,
    to: 2,
    y: { title: "gain", from: -0.6, to: 1.6 },
  }, {
    left: (width) => library.channel(library.stereoWidth({ input: library.channels(1, 0), width }), 0),
    right: (width) => library.channel(library.stereoWidth({ input: library.channels(1, 0), width }), 1),
  }),
  transport: rows("tempo 120, 3 beats a bar", 2, {
    bar: () => seen(library.transport({ beatsPerBar: 3 }).bar),
    beat: () => seen(clock().beat),
    "every sixth tick": () => seen(sixteenths()),
  }),
  clockDivider: rows("a clock at 0.5 s", 2, {
    clock: () => seen(clock().beat),
    "divide 2": () => seen(library.clockDivider({ clock: clock().beat, divide: 2 })),
    "multiply 4": () => seen(library.clockDivider({ clock: clock().beat, multiply: 4 })),
    "multiply 4, swing 0.33": () =>
      seen(library.clockDivider({ clock: clock().beat, multiply: 4, swing: 0.33 })),
  }),
  euclid: rows("hits, a clock at 0.125 s", 2, {
    "3 in 8": () => seen(library.euclid({ clock: sixteenths() }).hit),
    "5 in 8": () => seen(library.euclid({ clock: sixteenths(), hits: 5 }).hit),
    "7 in 16": () => seen(library.euclid({ clock: sixteenths(), hits: 7, steps: 16 }).hit),
  }),
  ...sequences(),
};

function sequences(): Readonly<Record<string, Panels>> {
  const sequence = () =>
    library.stepSequencer({
      clock: sixteenths(),
      steps: [{ value: 0 }, { value: 3, gate: 1 }, { value: 7 }, { gate: 0 }, { value: 5 }, {
        value: 10,
        gate: 0.2,
      }],
    });
  const chord = () =>
    library.arpeggiator({ clock: sixteenths(), numbers: [60, 64, 67], octaves: 2, order: "upDown" });
  return {
    stepSequencer: melody(
      "six steps, one a rest, one tied",
      { title: "value", from: -2, to: 12 },
      () => sequence().value,
      () => sequence().gate,
    ),
    arpeggiator: melody(
      "a chord over two octaves, up and down",
      { title: "semitones", from: 56, to: 82 },
      () => chord().number,
      () => chord().gate,
    ),
  };
}
