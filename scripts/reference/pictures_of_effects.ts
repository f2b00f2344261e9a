/** Pictures of modules that change a sound. */
import * as library from "../../modules/mod.ts";
import { channels } from "../../modules/signal/channels.ts";
import type { Signal } from "../../modules/signal/signal.ts";
import { gainDbAt } from "../../testing/measure/spectrum.ts";
import { impulse, rateHz } from "../../testing/trial/trial_patch.ts";
import type { Axis, Line, Panel } from "./chart.ts";
import {
  effected,
  energyDecay,
  envelopeDb,
  gainOver,
  hertz,
  level,
  lineSpectrum,
  overTime,
  ramp,
  seconds,
  sineSamples,
  staticCurve,
  transfer,
} from "./responses.ts";

type Effect = (input: Signal<"1">) => Signal<"1">;
type Effects = Readonly<Record<string, Effect>>;
type Panels = () => Promise<readonly Panel[]>;

function each(effects: Effects, measure: (effect: Effect) => Promise<Line["points"]>): Promise<Line[]> {
  return Promise.all(
    Object.entries(effects).map(async ([name, effect]) => ({ name, points: await measure(effect) })),
  );
}

const gains = (effects: Effects, y = level(-60, 18), title = "gain"): Panels => async () => [
  { title, x: hertz, y, lines: await each(effects, (effect) => gainOver(effect)) },
];

/** Gain over frequencies at equal distances, for responses that repeat. */
const notches = (title: string, topHz: number, effects: Effects): Panels => async () => [{
  title,
  x: { title: "Hz", from: 0, to: topHz },
  y: level(-40, 18),
  lines: await each(effects, async (effect) => {
    const response = await effected(effect, impulse(32_768));
    return ramp(0, topHz, 201).map((hz) => [hz, Math.max(-60, gainDbAt(response, hz, rateHz))]);
  }),
}];

const curves = (effects: Effects): Panels => async () => [{
  title: "level out over level in",
  x: level(-60, 0),
  y: level(-80, 0),
  lines: await each(effects, (effect) => staticCurve(effect)),
}];

/** The response to a level that rises and falls: gain over time. */
const stepsTo = async (title: string, effect: Effect, { from = 0.1, to = 1 } = {}): Promise<Panel> => {
  const samples = new Float32Array(48_000).fill(from);
  samples.fill(to, 9_600, 28_800);
  const heard = await effected(effect, samples);
  return {
    title,
    x: seconds(1),
    y: { title: "level", from: 0, to: 1.1 },
    lines: [
      { name: "input", points: overTime(samples, 400) },
      { name: "output", points: overTime(heard, 400) },
    ],
  };
};

const input: Axis = { title: "input", from: -1, to: 1 };
const output: Axis = { title: "output", from: -1.1, to: 1.1 };
const upToHalf: Axis = {
  title: "Hz",
  from: 0,
  to: 24_000,
  ticks: [0, 4_000, 8_000, 12_000, 16_000, 20_000, 24_000],
};

/** The curve, and its effect on a full sine of 1234 Hz. */
const bends = (curvesOf: Effects, spectra: Effects): Panels => async () => [
  { title: "output over input", x: input, y: output, lines: await each(curvesOf, transfer) },
  {
    title: "spectrum of a full sine of 1234 Hz",
    x: upToHalf,
    y: level(-140, 0),
    lines: await each(spectra, async (effect) => {
      const heard = await effected(effect, sineSamples(1_234, 36_864));
      return lineSpectrum(heard.subarray(4_096));
    }),
  },
];

/** The response to an impulse, as bars. */
const echoes =
  (effects: Effects, total: number, y: Axis, sides: readonly string[] = []): Panels => async () => {
    const lines = sides.length > 0
      ? await Promise.all(sides.map(async (name, channel) => ({
        name,
        points: stems(await effected(Object.values(effects)[0], impulse(total * rateHz), channel)),
      })))
      : await each(effects, async (effect) => stems(await effected(effect, impulse(total * rateHz))));
    return [{ title: "what an impulse leaves behind", x: seconds(total), y, mark: "stem", lines }];
  };

/** The highest sample of each stretch in which there is something. */
function stems(samples: Float32Array): Line["points"] {
  const stretch = Math.ceil(samples.length / 300);
  const points: [number, number][] = [];
  for (let from = 0; from < samples.length; from += stretch) {
    let highest = from;
    for (let frame = from; frame < Math.min(samples.length, from + stretch); frame++) {
      if (Math.abs(samples[frame]) > Math.abs(samples[highest])) highest = frame;
    }
    if (Math.abs(samples[highest]) > 0.002) points.push([highest / rateHz, Math.abs(samples[highest])]);
  }
  return points;
}

const reverb = (effects: Effects, total: number): Panels => async () => {
  const frames = total * rateHz;
  const [first] = Object.values(effects);
  return [
    {
      title: "an impulse, level of its sound",
      x: seconds(total),
      y: level(-80, 0),
      lines: [{ name: "", points: envelopeDb(await effected(first, impulse(frames))) }],
    },
    {
      title: "energy still to come",
      x: seconds(total),
      y: level(-80, 0),
      lines: await each(effects, async (effect) => energyDecay(await effected(effect, impulse(2 * frames)))),
    },
  ];
};

const {
  stateVariable,
  ladder,
  onePole,
  parametricEq,
  shelvingEq,
  comb,
  compressor,
  gate,
  softClip,
  waveFolder,
} = library;
const cutoffHz = 1_000;

/** By module. */
export const picturesOfEffects: Readonly<Record<string, Panels>> = {
  stateVariable: async () => [
    {
      title: "1 kHz, q 0.707",
      x: hertz,
      y: level(-60, 18),
      lines: await each({
        low: (input) => stateVariable({ input, cutoffHz }).low,
        band: (input) => stateVariable({ input, cutoffHz }).band,
        high: (input) => stateVariable({ input, cutoffHz }).high,
        notch: (input) => stateVariable({ input, cutoffHz }).notch,
        peak: (input) => stateVariable({ input, cutoffHz }).peak,
        allPass: (input) => stateVariable({ input, cutoffHz }).allPass,
      }, gainOver),
    },
    {
      title: "low at 1 kHz",
      x: hertz,
      y: level(-60, 30),
      lines: await each({
        "q 0.5": (input) => stateVariable({ input, cutoffHz, q: 0.5 }).low,
        "q 2": (input) => stateVariable({ input, cutoffHz, q: 2 }).low,
        "q 20": (input) => stateVariable({ input, cutoffHz, q: 20 }).low,
      }, gainOver),
    },
  ],
  ladder: gains({
    "resonance 0": (input) => ladder({ input, cutoffHz, resonance: 0, driveDb: -12 }),
    "0.5": (input) => ladder({ input, cutoffHz, resonance: 0.5, driveDb: -12 }),
    "0.9": (input) => ladder({ input, cutoffHz, resonance: 0.9, driveDb: -12 }),
  }, level(-80, 30)),
  onePole: gains({
    low: (input) => onePole({ input, cutoffHz }).low,
    high: (input) => onePole({ input, cutoffHz }).high,
  }, level(-40, 6)),
  parametricEq: gains({
    "12 dB, q 1": (input) => parametricEq({ input, gainDb: 12 }),
    "12 dB, q 4": (input) => parametricEq({ input, gainDb: 12, q: 4 }),
    "-12 dB, q 1": (input) => parametricEq({ input, gainDb: -12 }),
  }, level(-18, 18)),
  shelvingEq: gains({
    "low, 12 dB": (input) => shelvingEq({ input, gainDb: 12 }),
    "low, -12 dB, q 2": (input) => shelvingEq({ input, gainDb: -12, q: 2 }),
    "high, 6 dB, 5 kHz": (input) => shelvingEq({ input, gainDb: 6, frequencyHz: 5_000, shelf: "high" }),
  }, level(-18, 18)),
  comb: notches("teeth of 220 Hz", 2_000, {
    "feedback 0.7": (input) => comb({ input }),
    "feedback -0.7": (input) => comb({ input, feedback: -0.7 }),
    "feedforward 1": (input) => comb({ input, feedback: 0, feedforward: 1 }),
  }),
  allPass: async () => [
    {
      title: "what an impulse leaves behind",
      x: seconds(0.05),
      y: { title: "level", from: 0, to: 0.8 },
      mark: "stem",
      lines: await each(
        { "": (input) => library.allPass({ input }) },
        async (effect) => stems(await effected(effect, impulse(2_400))),
      ),
    },
    {
      title: "gain",
      x: hertz,
      y: level(-6, 6),
      lines: await each({ "": (input) => library.allPass({ input }) }, gainOver),
    },
  ],
  dcBlocker: gains({
    "10 Hz": (input) => library.dcBlocker({ input }),
    "100 Hz": (input) => library.dcBlocker({ input, cutoffHz: 100 }),
  }, level(-20, 3)),
  compressor: async () => [
    ...await curves({
      "ratio 2": (input) => compressor({ input, ratio: 2, kneeDb: 0 }).output,
      "ratio 4, knee 12 dB": (input) => compressor({ input, kneeDb: 12 }).output,
      "ratio 50": (input) => compressor({ input, ratio: 50, kneeDb: 0 }).output,
    })(),
    await stepsTo("at the defaults", (input) => compressor({ input }).output),
  ],
  gate: async () => [
    ...await curves({
      "default": (input) => gate({ input }).output,
      "down by 20 dB": (input) => gate({ input, closedDb: -20 }).output,
    })(),
    await stepsTo(
      "gain, opened at 0.2 s",
      (input) => gate({ input, thresholdDb: -6, attackSeconds: 0.02 }).gain,
    ),
  ],
  limiter: async () => [
    ...await curves({
      "default": (input) => library.limiter({ input }).output,
      "ceiling -12 dB": (input) => library.limiter({ input, ceilingDb: -12 }).output,
    })(),
    await stepsTo("at a ceiling of -6 dB", (input) => library.limiter({ input, ceilingDb: -6 }).output),
  ],
  softClip: bends({
    "-24 dB": (input) => softClip({ input, driveDb: -24 }),
    "12 dB": (input) => softClip({ input }),
    "36 dB": (input) => softClip({ input, driveDb: 36, oversampling: 1 }),
  }, {
    "12 dB, not oversampled": (input) => softClip({ input, oversampling: 1 }),
    "twice": (input) => softClip({ input }),
  }),
  waveFolder: bends({
    "0 dB": (input) => waveFolder({ input, driveDb: 0 }),
    "12 dB": (input) => waveFolder({ input }),
    "0 dB, symmetry 1": (input) => waveFolder({ input, driveDb: 0, symmetry: 1 }).times(0.5),
  }, {
    "24 dB, not oversampled": (input) => waveFolder({ input, driveDb: 24, oversampling: 1 }),
    "four times": (input) => waveFolder({ input, driveDb: 24 }),
  }),
  bitCrusher: bends({
    "2 bits": (input) => library.bitCrusher({ input, bits: 2, holdHz: 48_000 }),
    "4 bits": (input) => library.bitCrusher({ input, bits: 4, holdHz: 48_000 }),
  }, {
    "8 bits, 12 kHz": (input) => library.bitCrusher({ input }),
    "8 bits": (input) => library.bitCrusher({ input, holdHz: 48_000 }),
  }),
  delay: echoes(
    {
      "feedback 0.4": (input) => library.delay({ input }),
      "0.25 s, 0.8": (input) => library.delay({ input, timeSeconds: 0.25, feedback: 0.8 }),
    },
    2,
    { title: "level", from: 0, to: 1.05 },
  ),
  pingPong: echoes(
    { "": (input) => library.pingPong({ input: channels(input, input), feedback: 0.8 }) },
    3,
    { title: "level", from: 0, to: 0.6 },
    ["left", "right"],
  ),
  chorus: echoes(
    {
      "": (input) => library.chorus({ input, rateHz: 0.01, depthSeconds: 0.008 }),
    },
    0.03,
    { title: "level", from: 0, to: 0.6 },
  ),
  flanger: notches("gain, standing still", 4_000, {
    "delay 0.5 ms": (input) => library.flanger({ input, delaySeconds: 0.0005, depth: 0 }),
    "2 ms, no feedback": (input) => library.flanger({ input, delaySeconds: 0.002, depth: 0, feedback: 0 }),
  }),
  phaser: gains(
    {
      "300 Hz": (input) => library.phaser({ input, centreHz: 300, depthOctaves: 0 }),
      "2000 Hz": (input) => library.phaser({ input, centreHz: 2_000, depthOctaves: 0 }),
    },
    level(-40, 12),
    "gain, standing still",
  ),
  plateReverb: reverb({
    "2.5 s": (input) => library.plateReverb({ input: channels(input, input) }),
    "1 s": (input) => library.plateReverb({ input: channels(input, input), decaySeconds: 1 }),
    "5 s": (input) => library.plateReverb({ input: channels(input, input), decaySeconds: 5 }),
  }, 3),
  fdnReverb: reverb({
    "default": (input) => library.fdnReverb({ input: channels(input, input) }),
    "all 1 s": (input) =>
      library.fdnReverb({
        input: channels(input, input),
        lowDecaySeconds: 1,
        decaySeconds: 1,
        highDecaySeconds: 1,
      }),
    "all 4 s": (input) =>
      library.fdnReverb({
        input: channels(input, input),
        lowDecaySeconds: 4,
        decaySeconds: 4,
        highDecaySeconds: 4,
      }),
  }, 3),
};
