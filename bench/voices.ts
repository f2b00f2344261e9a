/**
 * Voices per core beside scsynth, the same voice at the same rate and block in one run, in turns, several rounds, the
 * median, in processor time. Both figures leave out starting: of scsynth's the time of a run with one voice is subtracted, and ours begin once
 * the optimising compiler is done. Both are asked first whether every voice sounds.
 *
 *     deno task bench:voices [VOICES [ROUNDS]]
 */
import { developmentCommand } from "../testing/development_command.ts";
import { median } from "./median.ts";
import { report } from "./report.ts";
import { inspectScsynth, ScsynthMissingError, scsynthSeconds, scsynthVersion } from "./scsynth.ts";
import type { Unit } from "./synthdef.ts";
import {
  benchFormat,
  delayVoice,
  fmVoice,
  frequenciesHz,
  levelDb,
  noiseVoice,
  patchOf,
  play,
  rootMeanSquareDb,
  sawVoice,
} from "./voice_patches.ts";

const { numberAt } = developmentCommand(import.meta.url, { maxWords: 2 });
const voices = numberAt(0, 1_000);
const rounds = numberAt(1, 7);
const seconds = 4;

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
/** Env.adsr(0.005, 0.2, 0.7, 0.3) at control rate, as synth definitions usually have it; ours runs at the sample rate. */
const envelope = unit("EnvGen", "kr", 1, [
  ...[1, 1, 0, 1, 0, 0, 3, 2, -99],
  ...[1, 0.005, 5, -4, 0.7, 0.2, 5, -4, 0, 0.3, 5, -4],
]);
const multiply = (a: Unit, b: Unit) => unit("BinaryOpUGen", "ar", 1, [[a, 0], [b, 0]], 2);

/** A sound, its envelope, its place, and out. */
function voiceUnits(...sound: readonly Unit[]): Unit[] {
  const shaped = multiply(sound[sound.length - 1], envelope);
  const placed = unit("Pan2", "ar", 2, [[shaped, 0], 0.3, 0.001]);
  return [control, ...sound, envelope, shaped, placed, unit("Out", "ar", 0, [0, [placed, 0], [placed, 1]])];
}

const source = unit("Saw", "ar", 1, [frequency]);
const modulator = unit("SinOsc", "ar", 1, [frequency, 0]);
const white = unit("WhiteNoise", "ar", 1, []);
const resonant = (input: Unit) => unit("RLPF", "ar", 1, [[input, 0], 1_000, 0.25]);

const pairs = [
  { name: "saw, resonant low-pass, envelope, pan", voice: sawVoice, units: [source, resonant(source)] },
  {
    name: "FM pair, envelope, pan",
    voice: fmVoice,
    units: [modulator, unit("SinOsc", "ar", 1, [frequency, [modulator, 0]])],
  },
  { name: "filtered noise, envelope, pan", voice: noiseVoice, units: [white, resonant(white)] },
  {
    name: "long delay line with feedback, cubic",
    voice: delayVoice,
    units: [source, unit("CombC", "ar", 1, [[source, 0], 0.4, 0.31234, 2])],
    part: 0.1,
  },
];

let version = "";
try {
  version = await scsynthVersion();
} catch (error) {
  if (!(error instanceof ScsynthMissingError)) throw error;
  console.error(`bench:voices: ${error.message}`);
  Deno.exit(1);
}

const rows: Record<string, string | number>[] = [];
for (const { name, voice, units, part = 1 } of pairs) {
  const count = Math.ceil(voices * part);
  const own = play(patchOf(count, voice), count);
  own.render(seconds); // until the optimising compiler is done
  const load = {
    units: voiceUnits(...units),
    seconds,
    sampleRateHz: benchFormat.sampleRateHz,
    blockFrames: benchFormat.maximumBlockFrames,
    frequenciesHz: frequenciesHz(count),
  };
  const { synths, lastSecond } = await inspectScsynth(load);
  const levelsDb = { own: levelDb(own), scsynth: rootMeanSquareDb(lastSecond) };
  if (synths !== count || !(Math.min(levelsDb.own, levelsDb.scsynth) > -80)) {
    throw new Error(
      `${name}: expected ${count} voices that sound, found ${synths} at ${JSON.stringify(levelsDb)} dB`,
    );
  }
  const times: { own: number; scsynth: number }[] = [];
  for (let round = 0; round < rounds; round++) {
    const alone = await scsynthSeconds({ ...load, frequenciesHz: frequenciesHz(1) });
    const all = await scsynthSeconds(load);
    times.push({ own: own.render(seconds), scsynth: all - alone });
  }
  const perCore = (took: number) => Math.round(count * seconds / took);
  rows.push({
    voice: name,
    rendered: count,
    "scsynth, per core": perCore(median(times.map(({ scsynth }) => scsynth))),
    "Understudy, per core": perCore(median(times.map(({ own }) => own))),
    ratio: Number(median(times.map(({ own, scsynth }) => scsynth / own)).toFixed(2)),
    "scsynth, dB": Number(levelsDb.scsynth.toFixed(1)),
    "Understudy, dB": Number(levelsDb.own.toFixed(1)),
  });
}
console.log(`voices per core at 48 kHz, blocks of ${benchFormat.maximumBlockFrames}, scsynth ${version}`);
await report("voices", rows);
