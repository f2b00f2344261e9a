/**
 * The resampler of streams beside `sox rate -v`, in one run: distortion and noise of sines, the pass band, what is left of
 * sounds above the half rate, and the processor time of 32 stereo streams. `deno task bench:resampler`; with `cost`, the time
 * alone; needs sox.
 */
import process from "node:process";
import { openSource } from "../engine/streams/source/open_source.ts";
import { Resampler } from "../engine/streams/source/resampler.ts";
import { maxReadFrames } from "../engine/streams/source/source.ts";
import { SourceProcess } from "../engine/streams/source/source_process.ts";
import { inFolder } from "../testing/in_folder.ts";
import { chunk, wav, wavFormat } from "../testing/sound/riff_bytes.ts";
import { sox } from "../testing/sound/sound_files.ts";
import { report } from "./report.ts";

const pairsHz = [[44_100, 48_000], [48_000, 44_100], [96_000, 48_000]] as const;

/** Frames of a tone's output that are judged, behind the beginning of the file. */
const [skip, judged] = [8_192, 16_384];
const inputSeconds = 1;

interface Tone {
  readonly fromHz: number;
  readonly toHz: number;
  readonly hertz: number;
}

/** The output of both for a sine of half of full scale. */
async function outputs(folder: string, { fromHz, toHz, hertz }: Tone): Promise<Record<string, Float32Array>> {
  const input = Float32Array.from(
    { length: fromHz * inputSeconds },
    (_, at) => 0.5 * Math.sin(2 * Math.PI * ((hertz / fromHz * at) % 1)),
  );
  const format = wavFormat({ tag: 3, bits: 32, sampleRateHz: fromHz });
  await Deno.writeFile(`${folder}/a.wav`, wav(format, chunk("data", new Uint8Array(input.buffer))));
  await sox(folder, `a.wav -r ${toHz} -t f32 b.raw rate -v`);
  const source = await openSource(`${folder}/a.wav`, { sampleRateHz: toHz });
  const ours = await source.read(skip, judged);
  await source.close();
  return {
    ours,
    "sox rate -v": new Float32Array((await Deno.readFile(`${folder}/b.raw`)).buffer).slice(
      skip,
      skip + judged,
    ),
  };
}

/** Level of a sine in dB against the input, and the rest against the sine: a least squares fit under a Hann window. */
function fit(output: Float32Array, cycles: number): { levelDb: number; restDb: number } {
  const basis = [
    (at: number) => Math.sin(2 * Math.PI * ((cycles * at) % 1)),
    (at: number) => Math.cos(2 * Math.PI * ((cycles * at) % 1)),
    () => 1,
  ];
  const weights = Float64Array.from(
    output,
    (_, at) => 0.5 - 0.5 * Math.cos(2 * Math.PI * (at + 0.5) / output.length),
  );
  const rows = basis.map((one) => [
    ...basis.map((other) => weights.reduce((sum, weight, at) => sum + weight * one(at) * other(at), 0)),
    weights.reduce((sum, weight, at) => sum + weight * one(at) * output[at], 0),
  ]);
  const [sine, cosine, constant] = solve(rows);
  let [power, total] = [0, 0];
  output.forEach((sample, at) => {
    const found = sine * basis[0](at) + cosine * basis[1](at) + constant;
    power += weights[at] * (sample - found) ** 2;
    total += weights[at];
  });
  const amplitude = Math.hypot(sine, cosine);
  const db = (ratio: number) => 20 * Math.log10(Math.max(ratio, 1e-12));
  return { levelDb: db(amplitude / 0.5), restDb: db(Math.sqrt(power / total) / (amplitude / Math.SQRT2)) };
}

/** Gauss' elimination. */
function solve(rows: number[][]): number[] {
  rows.forEach((row, index) => {
    rows.forEach((other, at) => {
      if (at === index) return;
      const factor = other[index] / row[index];
      row.forEach((value, column) => other[column] -= factor * value);
    });
  });
  return rows.map((row, index) => row.at(-1)! / row[index]);
}

const levelDb = (output: Float32Array) =>
  20 *
  Math.log10(Math.max(
    Math.sqrt(output.reduce((sum, sample) => sum + sample ** 2, 0) / output.length) / (0.5 / Math.SQRT2),
    1e-12,
  ));

type Row = {
  readonly rates: string;
  readonly resampler: string;
  /** THD+N of sines at three parts of the pass band, in dB. */
  "1 kHz": number;
  "half of the band": number;
  "90 % of the band": number;
  /** Where the level has fallen by 0.01 and 3 dB, in parts of the lower half rate. */
  "-0.01 dB at": number;
  "-3 dB at": number;
  /** Loudest rest of sines above the half rate of the output, in dB. */
  "above": number | string;
};

const round = (value: number, digits = 1) => Number(value.toFixed(digits));

async function rowsOf(folder: string, [fromHz, toHz]: readonly [number, number]): Promise<Row[]> {
  const band = Math.min(fromHz, toHz) / 2;
  const rests: Record<string, number[]> = {};
  for (const hertz of [997, band * 0.5003, band * 0.9001]) {
    for (const [name, output] of Object.entries(await outputs(folder, { fromHz, toHz, hertz }))) {
      (rests[name] ??= []).push(fit(output, hertz / toHz).restDb);
    }
  }
  const edges: Record<string, { flat: number; half: number }> = {};
  for (let share = 0.9; share < 1; share += 0.005) {
    const hertz = band * share;
    for (const [name, output] of Object.entries(await outputs(folder, { fromHz, toHz, hertz }))) {
      const edge = edges[name] ??= { flat: 0, half: 0 };
      const level = fit(output, hertz / toHz).levelDb;
      if (level > -0.01) edge.flat = share;
      if (level > -3) edge.half = share;
    }
  }
  const above: Record<string, number> = {};
  for (const share of toHz < fromHz ? [1.003, 1.05, 1.2, 1.6] : []) {
    const hertz = toHz / 2 * share;
    if (hertz >= fromHz / 2) continue;
    for (const [name, output] of Object.entries(await outputs(folder, { fromHz, toHz, hertz }))) {
      above[name] = Math.max(above[name] ?? -Infinity, levelDb(output));
    }
  }
  return Object.keys(rests).map((name) => ({
    ...{ rates: `${fromHz} to ${toHz}`, resampler: name },
    ...{ "1 kHz": round(rests[name][0]), "half of the band": round(rests[name][1]) },
    "90 % of the band": round(rests[name][2]),
    ...{ "-0.01 dB at": round(edges[name].flat, 3), "-3 dB at": round(edges[name].half, 3) },
    above: name in above ? round(above[name]) : "",
  }));
}

/** Processor time of another process so far, in steps of 10 ms. */
function childMs(id: number): number {
  const fields = Deno.readTextFileSync(`/proc/${id}/stat`).replace(/^.*\) /, "").split(" ");
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

/** Processor time for 32 stereo streams, in parts of a core: the resampler alone, and with a file of 24 bits. */
async function costs(folder: string): Promise<Record<string, number>> {
  const usedMs = () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1_000;
  };
  const resampler = Resampler.between(44_100, 48_000);
  const frames = 4_096;
  const inputs = [0, 1].map(() =>
    Float32Array.from({ length: resampler.window(0, frames).frames }, Math.random)
  );
  const sides = [0, 1].map(() => new Float32Array(frames));
  const turns = 400;
  for (let turn = 0; turn < 50; turn++) resampler.resample(0, inputs, sides);
  let before = usedMs();
  for (let turn = 0; turn < turns; turn++) resampler.resample(0, inputs, sides);
  const alone = (usedMs() - before) / 1_000 / (turns * frames / 48_000) * 32;
  await sox(folder, "-n -r 44100 -c 2 -b 24 long.wav synth 60 pinknoise gain -6");
  const source = await openSource(`${folder}/long.wav`, { sampleRateHz: 48_000 });
  before = usedMs();
  for (let at = 0; at < source.frames!; at += maxReadFrames) await source.read(at, maxReadFrames);
  const read = (usedMs() - before) / 1_000 / 60 * 32;
  await source.close();
  const apart = new SourceProcess();
  const decoded = await apart.open(`${folder}/long.wav`, { sampleRateHz: 48_000 });
  const childId = apart.processId!;
  const started = childMs(childId);
  before = usedMs();
  for (let at = 0; at < decoded.frames!; at += maxReadFrames) await decoded.read(at, maxReadFrames);
  const through = (usedMs() - before + childMs(childId) - started) / 1_000 / 60 * 32;
  apart.close();
  return {
    "resampling": round(alone, 2),
    "WAV of 24 bits, read and resampled": round(read, 2),
    "the same through a process": round(through, 2),
  };
}

await inFolder(async (folder) => {
  if (!Deno.args.includes("cost")) {
    const rows: Row[] = [];
    for (const pair of pairsHz) rows.push(...await rowsOf(folder, pair));
    await report("resampler", rows);
  }
  await report("resampler-cost", [await costs(folder)]);
});
