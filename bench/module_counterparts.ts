/** Units of scsynth that do what our modules do, with the same settings: what the benchmark of modules compares with. */
import type { Unit } from "./synthdef.ts";

/** One unit, or the few that make one. */
export interface Counterpart {
  readonly name: string;
  /** Whether they take in the sound that the bench feeds them; otherwise they make their own. */
  readonly fed: boolean;
  /** The last one is heard. */
  readonly units: (source: Unit, control: Unit) => readonly Unit[];
}

type Inputs = Unit["inputs"];

/** A unit at audio rate. */
export function audioUnit(name: string, inputs: Inputs, outputs = 1, special = 0): Unit {
  return { name, rate: "ar", inputs, outputs, special };
}

const one = (
  name: string,
  fed: boolean,
  inputs: (source: Unit, control: Unit) => Inputs,
  outputs = 1,
  special = 0,
) => ({
  name,
  fed,
  units: (source: Unit, control: Unit) => [audioUnit(name, inputs(source, control), outputs, special)],
});
const generator = (name: string, ...rest: readonly number[]) =>
  one(name, false, (_source, control) => [[control, 0], ...rest]);
const filter = (name: string, ...rest: readonly number[]) =>
  one(name, true, (source) => [[source, 0], ...rest]);
const stereo = (name: string, ...rest: readonly number[]) =>
  one(name, true, (source) => [[source, 0], [source, 0], ...rest], 2);

/** Envelope with a gate that is held: levels from `first`, then level, seconds, curve of each stage. */
const envelope = (
  first: number,
  releaseNode: number,
  stages: readonly (readonly [number, number, number])[],
) => ({
  name: "EnvGen.ar",
  fed: false,
  units: () => [
    audioUnit("EnvGen", [
      ...[1, 1, 0, 1, 0, first, stages.length, releaseNode, -99],
      ...stages.flatMap(([level, seconds, curve]) => [level, seconds, 5, curve]),
    ]),
  ],
});
const adsrStages = [[1, 60, -2], [0.7, 0.2, -4], [0, 0.3, -4]] as const;

/** By module. A module that is not here has none in the standard set of units. */
export const counterparts: Readonly<Record<string, Counterpart>> = {
  adsr: envelope(0, 2, adsrStages),
  adsrCurved: envelope(0, 2, adsrStages),
  attackRelease: envelope(0, 1, [[1, 60, 0], [0, 0.3, -4]]),
  multiStage: envelope(0, 1, [[1, 60, 0], [0, 1, 0]]),
  allPass: filter("AllpassN", 0.01, 0.005, 0.1),
  comb: filter("CombC", 0.05, 1 / 220, 0.1),
  dcBlocker: filter("LeakDC", 0.999),
  ladder: filter("MoogFF", 1_000, 1, 0),
  onePole: filter("OnePole", 0.877),
  parametricEq: filter("BPeakEQ", 1_000, 1, 0),
  shelvingEq: filter("BLowShelf", 200, 1, 0),
  stateVariable: filter("RLPF", 1_000, 1.414),
  compressor: one("Compander", true, (source) => [[source, 0], [source, 0], 0.125, 1, 0.25, 0.01, 0.1]),
  gate: one("Compander", true, (source) => [[source, 0], [source, 0], 0.01, 10, 1, 0.01, 0.1]),
  limiter: filter("Limiter", 0.89, 0.002),
  bitCrusher: {
    name: "Latch, round",
    fed: true,
    units: (source) => {
      const clock = audioUnit("Impulse", [12_000, 0]);
      const held = audioUnit("Latch", [[source, 0], [clock, 0]]);
      return [clock, held, audioUnit("BinaryOpUGen", [[held, 0], 1 / 128], 1, 19)];
    },
  },
  brownNoise: one("BrownNoise", false, () => []),
  noise: one("WhiteNoise", false, () => []),
  pinkNoise: one("PinkNoise", false, () => []),
  fmOperator: one("SinOscFB", false, (_source, control) => [[control, 0], 0.6]),
  lfo: generator("LFTri", 0),
  pluck: {
    name: "Pluck",
    fed: false,
    units: () => {
      const [noise, strike] = [audioUnit("WhiteNoise", []), audioUnit("Impulse", [0, 0])];
      return [noise, strike, audioUnit("Pluck", [[noise, 0], [strike, 0], 0.04, 1 / 220, 4, 0.5])];
    },
  },
  pulse: generator("Pulse", 0.5),
  saw: generator("Saw"),
  sine: generator("SinOsc", 0),
  triangle: generator("LFTri", 0),
  fdnReverb: one("GVerb", true, (source) => [[source, 0], 10, 2, 0.5, 0.5, 15, 0, 0.7, 0.5, 300], 2),
  plateReverb: stereo("FreeVerb2", 1, 0.5, 0.5),
  delay: filter("CombC", 0.4, 0.31234, 1),
  crossfade: one("XFade2", true, (source) => [[source, 0], [source, 0], 0, 1]),
  envelopeFollower: filter("Amplitude", 0.005, 0.1),
  gain: one("BinaryOpUGen", true, (source) => [[source, 0], 0.5], 1, 2),
  pan: one("Pan2", true, (source) => [[source, 0], 0.3, 1], 2),
  slew: filter("Slew", 20, 20),
  clockDivider: filter("PulseDivider", 2, 0),
};
