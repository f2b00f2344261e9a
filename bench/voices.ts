/**
 * Voices per core beside scsynth, the same voice at the same rate and block in one run, one after the other, several
 * rounds each, the median. Both figures leave out starting: the time of a run with one voice is subtracted.
 *
 *     deno task bench:voices [VOICES [ROUNDS]]
 */
import { adsr } from "../modules/envelopes/adsr.ts";
import { stateVariable } from "../modules/filters/state_variable.ts";
import { noise } from "../modules/oscillators/noise.ts";
import { saw } from "../modules/oscillators/saw.ts";
import { sine } from "../modules/oscillators/sine.ts";
import { definePatch, instrument, type Note, type Patch, type Voice } from "../modules/patch.ts";
import { compileGraph } from "../modules/signal/compile.ts";
import { delay } from "../modules/time/delay.ts";
import { pan } from "../modules/utility/pan.ts";
import type { PatchExports } from "../engine/renderer/renderer.ts";
import { report } from "./report.ts";
import { scsynthSeconds } from "./scsynth.ts";
import type { Unit } from "./synthdef.ts";

const voices = Number(Deno.args[0] ?? 1_000);
const rounds = Number(Deno.args[1] ?? 5);
const [sampleRateHz, blockFrames, seconds] = [48_000, 64, 4];

interface Row {
  readonly name: string;
  readonly voices: number;
  readonly patch: Patch;
  readonly units: readonly Unit[];
}

const patchOf = (count: number, voice: (note: Note) => Voice): Patch =>
  definePatch({
    name: "bench",
    instruments: { bench: instrument({ voices: count, parameters: {}, voice: (note) => voice(note) }) },
    parameters: {},
    output: ({ bench }) => bench.times(0.001),
  });

const envelopeOf = (note: Note) =>
  adsr({
    gate: note.gate,
    trigger: note.trigger,
    attackSeconds: 0.005,
    decaySeconds: 0.2,
    sustain: 0.7,
    releaseSeconds: 0.3,
  });

const unit = (
  name: string,
  rate: Unit["rate"],
  outputs: number,
  inputs: Unit["inputs"],
  special = 0,
): Unit => ({
  name,
  rate,
  inputs,
  outputs,
  special,
});
const control = unit("Control", "kr", 1, []);
const frequency = [control, 0] as const;
/** Env.adsr(0.005, 0.2, 0.7, 0.3) at control rate, as synth definitions usually have it. */
const envelope = unit("EnvGen", "kr", 1, [
  ...[1, 1, 0, 1, 0, 0, 3, 2, -99],
  ...[1, 0.005, 5, -4, 0.7, 0.2, 5, -4, 0, 0.3, 5, -4],
]);
const multiply = (a: Unit, b: Unit | number) =>
  unit("BinaryOpUGen", "ar", 1, [[a, 0], typeof b === "number" ? b : [b, 0]], 2);

/** A sound, its envelope, its place, and out. */
function voiceUnits(...sound: readonly Unit[]): Unit[] {
  const shaped = multiply(sound[sound.length - 1], envelope);
  const placed = unit("Pan2", "ar", 2, [[shaped, 0], 0.3, 0.001]);
  return [control, ...sound, envelope, shaped, placed, unit("Out", "ar", 0, [0, [placed, 0], [placed, 1]])];
}

function sawRow(): Row {
  const source = unit("Saw", "ar", 1, [frequency]);
  return {
    name: "saw, resonant low-pass, envelope, pan",
    voices,
    units: voiceUnits(source, unit("RLPF", "ar", 1, [[source, 0], 1_000, 0.25])),
    patch: patchOf(voices, (note) => ({
      output: pan({
        input: stateVariable({ input: saw({ frequencyHz: note.frequencyHz }), cutoffHz: 1_000, q: 4 }).low,
        position: 0.3,
      }),
      envelope: envelopeOf(note),
    })),
  };
}

function fmRow(): Row {
  const modulator = unit("SinOsc", "ar", 1, [frequency, 0]);
  const carrier = unit("SinOsc", "ar", 1, [frequency, [modulator, 0]]);
  return {
    name: "FM pair, envelope, pan",
    voices,
    units: voiceUnits(modulator, carrier),
    patch: patchOf(voices, (note) => {
      const { frequencyHz } = note;
      const phaseTurns = sine({ frequencyHz }).times(1 / (2 * Math.PI));
      return {
        output: pan({ input: sine({ frequencyHz, phaseTurns }), position: 0.3 }),
        envelope: envelopeOf(note),
      };
    }),
  };
}

function noiseRow(): Row {
  const source = unit("WhiteNoise", "ar", 1, []);
  return {
    name: "filtered noise, envelope, pan",
    voices,
    units: voiceUnits(source, unit("RLPF", "ar", 1, [[source, 0], 1_000, 0.25])),
    patch: patchOf(voices, (note) => ({
      output: pan({ input: stateVariable({ input: noise({}), cutoffHz: 1_000, q: 4 }).low, position: 0.3 }),
      envelope: envelopeOf(note),
    })),
  };
}

/** 0.4 s of memory a voice, cubic interpolation, feedback: what a comb of scsynth does. */
function delayRow(): Row {
  const count = Math.ceil(voices / 10);
  const source = unit("Saw", "ar", 1, [frequency]);
  return {
    name: "long delay line with feedback, cubic",
    voices: count,
    units: voiceUnits(source, unit("CombC", "ar", 1, [[source, 0], 0.4, 0.31234, 2])),
    patch: patchOf(count, (note) => ({
      output: pan({
        input: delay({
          input: saw({ frequencyHz: note.frequencyHz }),
          timeSeconds: 0.31234,
          feedback: 0.34,
          maximumSeconds: 0.4,
        }),
        position: 0.3,
      }),
      envelope: envelopeOf(note),
    })),
  };
}

const frequencies = (count: number) =>
  Array.from({ length: count }, (_, index) => 80 * 2 ** (index % 37 / 12));

/** Seconds that our voices take for the same stretch of music. */
async function ownSeconds({ patch, voices: count }: Row): Promise<() => number> {
  const format = { sampleRateHz, channels: 2, inputChannels: 0, maximumBlockFrames: blockFrames };
  const compiled = await compileGraph(patch.build(format), format);
  const instance = new WebAssembly.Instance(compiled.module).exports as unknown as PatchExports;
  instance.initialize(1);
  frequencies(count).forEach((hz, id) => instance.note_on(0, id, 69 + 12 * Math.log2(hz / 440), 1));
  const render = () => {
    const startedMs = performance.now();
    for (let block = 0; block < seconds * sampleRateHz / blockFrames; block++) {
      instance.render(0, blockFrames);
    }
    return (performance.now() - startedMs) / 1_000;
  };
  render(); // until the optimising compiler is done
  return render;
}

const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[values.length >> 1];
const rows: Record<string, string | number>[] = [];
for (const row of [sawRow(), fmRow(), noiseRow(), delayRow()]) {
  const own = await ownSeconds(row);
  const times: { own: number; scsynth: number }[] = [];
  const load = { units: row.units, seconds, sampleRateHz, blockFrames };
  for (let round = 0; round < rounds; round++) {
    const alone = await scsynthSeconds({ ...load, frequenciesHz: frequencies(1) });
    const all = await scsynthSeconds({ ...load, frequenciesHz: frequencies(row.voices) });
    times.push({ own: own(), scsynth: all - alone });
  }
  const perCore = (took: number) => Math.round(row.voices * seconds / took);
  const ratio = median(times.map(({ own, scsynth }) => scsynth / own));
  rows.push({
    voice: row.name,
    "voices rendered": row.voices,
    "scsynth, voices per core": perCore(median(times.map(({ scsynth }) => scsynth))),
    "Understudy, voices per core": perCore(median(times.map(({ own }) => own))),
    ratio: Number(ratio.toFixed(2)),
  });
}
await report("voices", rows);
