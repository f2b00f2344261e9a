/** Voices that the benchmarks play, each as a patch of its own. */
import { instantiatePatch, type PatchExports } from "../engine/renderer/patch_instance.ts";
import type { CompiledPatch } from "../compiler/graph/compiled_patch.ts";
import { adsr } from "../modules/envelopes/adsr.ts";
import { stateVariable } from "../modules/filters/state_variable.ts";
import { noise } from "../modules/oscillators/noise.ts";
import { saw } from "../modules/oscillators/saw.ts";
import { sine } from "../modules/oscillators/sine.ts";
import { definePatch, instrument, type Note, type Patch, type Voice } from "../modules/patch.ts";
import { createSampleBank } from "../compiler/graph/sample_bank.ts";
import { compileGraph } from "../compiler/compile.ts";
import { delay } from "../modules/time/delay.ts";
import { pan } from "../modules/utility/pan.ts";
import { soundFile } from "../testing/trial/library.ts";
import { threadSeconds } from "../testing/measure/processor_time.ts";

/** What all of them are rendered for. */
export const benchFormat = { sampleRateHz: 48_000, channels: 2, inputChannels: 0, maximumBlockFrames: 64 };

/** A patch with this number of these voices. */
export function patchOf(voices: number, voice: (note: Note) => Voice): Patch {
  return definePatch({
    name: "bench",
    instruments: { bench: instrument({ voices, parameters: {}, voice: (note) => voice(note) }) },
    parameters: {},
    output: ({ bench }) => bench.times(0.001),
  });
}

function envelope({ gate, trigger }: Note) {
  const [attackSeconds, decaySeconds, releaseSeconds] = [0.005, 0.2, 0.3];
  return adsr({ gate, trigger, attackSeconds, decaySeconds, sustain: 0.7, releaseSeconds });
}

const position = 0.3;

/** A saw whose aliases lie about as low as those of scsynth's. */
const plainSaw = ({ frequencyHz }: Note) => saw({ frequencyHz, oversampling: 1 });

/** Band-limited saw, resonant low-pass, envelope, pan. */
export function sawVoice(note: Note): Voice {
  const input = plainSaw(note);
  const { low } = stateVariable({ input, cutoffHz: 1_000, q: 4 });
  return { output: pan({ input: low, position }), envelope: envelope(note) };
}

/** One sine that moves the phase of another by up to a radian, envelope, pan. */
export function fmVoice(note: Note): Voice {
  const { frequencyHz } = note;
  const phaseTurns = sine({ frequencyHz }).times(1 / (2 * Math.PI));
  return { output: pan({ input: sine({ frequencyHz, phaseTurns }), position }), envelope: envelope(note) };
}

/** White noise, resonant low-pass, envelope, pan. */
export function noiseVoice(note: Note): Voice {
  const { low } = stateVariable({ input: noise({}), cutoffHz: 1_000, q: 4 });
  return { output: pan({ input: low, position }), envelope: envelope(note) };
}

/** A saw into 0.4 s of memory, read with cubic interpolation and fed back; envelope, pan. */
export function delayVoice(note: Note): Voice {
  const input = plainSaw(note);
  const echo = delay({ input, timeSeconds: 0.31234, feedback: 0.34, maximumSeconds: 0.4 });
  return { output: pan({ input: echo, position }), envelope: envelope(note) };
}

/** Pitches of a number of notes, in three octaves. */
export function frequenciesHz(count: number): number[] {
  return Array.from({ length: count }, (_, index) => 80 * 2 ** (index % 37 / 12));
}

/** An instance of a patch. */
export interface Playing {
  readonly patch: CompiledPatch;
  readonly exports: PatchExports;
  /** Renders so much, and tells how many seconds of processor time that took. */
  readonly render: (seconds: number) => number;
}

const sound = [440, 661].map((hz) =>
  Float32Array.from({ length: 480_000 }, (_, frame) => Math.sin(2 * Math.PI * hz * frame / 48_000) / 2)
);

/** Ten seconds in two channels, larger than the caches, for what plays a sound file. */
const samples = createSampleBank("/nowhere", [{
  ...{ name: soundFile.name, sha256: "", channels: sound },
  ...{ sampleRateHz: 48_000, rootNote: 69, loopStart: 0, loopEnd: 480_000 },
}]);

/** Compiles a patch and starts a number of notes. */
export function play(patch: Patch, notes: number): Playing {
  const compiled = compileGraph(patch.build(benchFormat), benchFormat, samples);
  const exports = instantiatePatch(compiled);
  const { sampleRateHz, maximumBlockFrames } = benchFormat;
  exports.initialize(1);
  frequenciesHz(notes).forEach((hz, id) => exports.note_on(0, id, 69 + 12 * Math.log2(hz / 440), 1));
  return {
    patch: compiled,
    exports,
    render: (seconds) => {
      const before = threadSeconds();
      const blocks = Math.round(seconds * sampleRateHz / maximumBlockFrames);
      for (let block = 0; block < blocks; block++) exports.render(0, maximumBlockFrames);
      return threadSeconds() - before;
    },
  };
}

/** Level of the block that was rendered last, in dB below full scale. */
export function levelDb({ patch, exports }: Playing): number {
  const { outputOffset, channels } = patch.arena;
  const samples = new Float32Array(
    exports.memory.buffer as ArrayBuffer,
    outputOffset,
    benchFormat.maximumBlockFrames * channels,
  );
  return rootMeanSquareDb(samples);
}

/** Root of the mean of all squares, in dB below full scale. */
export function rootMeanSquareDb(samples: Float32Array): number {
  const power = samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length;
  return 10 * Math.log10(power);
}
