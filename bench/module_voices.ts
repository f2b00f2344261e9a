/** Patches that hold one module many times, and the same without it, for what it costs. */
import { definePatch, instrument, type Note, type Patch } from "../modules/patch.ts";
import { phaseOf, signedTurns } from "../modules/oscillators/phase.ts";
import { constant, type Signal } from "../modules/signal/signal.ts";
import { call, type Entry, inputsOf } from "../testing/trial/library.ts";
import { sumOf } from "../testing/trial/connected.ts";
import { benchFormat } from "./voice_patches.ts";

type Arguments = Readonly<Record<string, unknown>>;

/** What a module is measured with besides its defaults, where those say little; given the sound that goes in. */
const settings: Readonly<Record<string, (source: Signal<"1">) => Arguments>> = {
  // a stage that lasts all the time: what stands still costs nothing
  adsr: () => ({ attackSeconds: 60 }),
  adsrCurved: () => ({ attackSeconds: 60 }),
  allPass: () => ({ maximumSeconds: 0.01 }),
  attackRelease: () => ({ attackSeconds: 60 }),
  audioInput: () => ({ gainDb: -6 }),
  comb: () => ({ frequencyHz: 220 }),
  delay: () => ({ timeSeconds: 0.31234, maximumSeconds: 0.4 }),
  fmOperator: (source) => ({ phaseTurns: source, feedbackTurns: 0.1 }),
  lfo: () => ({ shape: "triangle" }),
  multiStage: () => ({ stages: [{ level: 1, seconds: 60 }, { level: 0, seconds: 1 }] }),
  mixer: () => ({ send1Db: -6, send2Db: -6, send3Db: -6, send4Db: -6 }),
  stepSequencer: () => ({ steps: Array.from({ length: 16 }, (_, value) => ({ value, probability: 0.9 })) }),
  wavetable: () => ({ position: 0.4 }),
};

/** Of what has several outputs and computes only what is used, the one that is measured; of others all are. */
const measuredOutput: Readonly<Record<string, string>> = { stateVariable: "low", onePole: "low" };

/** Instances that one main mix holds. */
export const instancesInOutput = 8;

/** A patch of a number of voices with a module in each, or with all around it but the module. */
export function voicesOf(entry: Entry, voices: number, present: boolean): Patch {
  return definePatch({
    name: "bench",
    instruments: {
      bench: instrument({
        voices,
        parameters: {},
        voice: (note) => ({
          output: heard(
            entry,
            signedTurns(phaseOf(note.frequencyHz, benchFormat.sampleRateHz).phase),
            note,
            present,
          ),
          envelope: constant(1),
        }),
      }),
    },
    parameters: {},
    output: ({ bench }) => bench.times(0.001),
  });
}

/** A patch whose main mix holds a stereo module {@link instancesInOutput} times, or all around it but the module. */
export function outputsOf(entry: Entry, present: boolean): Patch {
  return definePatch({
    name: "bench",
    instruments: {
      bench: instrument({
        voices: 1,
        parameters: {},
        voice: (note) => ({
          output: signedTurns(phaseOf(note.frequencyHz, benchFormat.sampleRateHz).phase),
          envelope: constant(1),
        }),
      }),
    },
    parameters: {},
    output: ({ bench }) =>
      Array.from({ length: instancesInOutput }, (_, index) =>
        // unlike each other, or the compiler would make one of them
        heard(entry, bench.times(0.1 + 0.01 * index), undefined, present))
        .reduce((sum, one) => sum.plus(one)).times(0.001),
  });
}

function heard(entry: Entry, source: Signal<"1">, note: Note | undefined, present: boolean): Signal<"1"> {
  const { module } = entry;
  const inputs = inputsOf(module, source, note);
  const hears = Object.keys(inputs).some((key) => !["gate", "trigger", "number"].includes(key));
  const isFed = hears || module.moduleName in settings && "phaseTurns" in module.inputs;
  if (!present) return isFed ? source : constant(0.1);
  const pitch = "frequencyHz" in module.parameters && note ? { frequencyHz: note.frequencyHz } : {};
  const outputs = call(module, {
    ...pitch,
    ...inputs,
    ...settings[module.moduleName]?.(source),
  });
  const only = measuredOutput[module.moduleName];
  return sumOf(only ? (outputs as Record<string, unknown>)[only] : outputs);
}
