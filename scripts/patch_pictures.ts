/**
 * Plays every ready patch from its score in examples/scores/ for a minute, draws it into docs/pictures/, and writes the
 * table of docs/ready-patches.md. Needs sox.
 *
 *     deno task pictures [PATCH ...]
 */
import { developmentCommand } from "../testing/development_command.ts";
import { threadSeconds } from "../testing/measure/processor_time.ts";
import { compileChecksum } from "../engine/memory/checksum.ts";
import { readConfig } from "../config/settings.ts";
import type { ScoreEvent } from "../engine/control/control.ts";
import { loadNative } from "../config/load_native.ts";
import { renderScore } from "../engine/render/score_renderer.ts";
import { SampleLoader } from "../engine/samples/sample_loader.ts";
import { WavWriter } from "../engine/render/wav_writer.ts";
import { readScore } from "../osc/score/score.ts";
import { patchNames } from "../patches/ready/catalogue.ts";
import { compileWithSamples } from "../testing/patch/compile_named.ts";
import { type Level, withLevel } from "./level_strip.ts";

const root = new URL("../", import.meta.url);
const sampleRateHz = 48_000;

/** What is drawn, and how much longer is listened to the tail, of which the last part is measured. */
const drawnSeconds = 60;
const tailSeconds = 60;
const measuredTailSeconds = 30;

/** Between two rounds of a short score. */
const pauseSeconds = 2;

const columns = 560;
const begin = "<!-- table: deno task pictures -->";
const end = "<!-- end of table -->";

/** What a patch was like. */
interface Played {
  readonly name: string;
  /** Interleaved. */
  readonly samples: Float32Array<ArrayBuffer>;
  readonly nonFiniteSamples: number;
  /** Processor seconds for a second of music, while the score plays and at the end of the tail. */
  readonly soundingCost: number;
  readonly tailCost: number;
}

async function play(name: string): Promise<Played> {
  const config = readConfig({});
  const { channels, inputChannels, blockFrames } = config;
  const format = { sampleRateHz, channels, inputChannels, maximumBlockFrames: blockFrames };
  const patch = await compileWithSamples(name, format, new SampleLoader());
  const bytes = await Deno.readFile(new URL(`examples/scores/${name}.txt`, root));
  const events = repeated(readScore(bytes, { name, sampleRateHz, patch }).events);
  const { native } = await loadNative(config, (text) => console.error(text));
  const samples = new Float32Array((drawnSeconds + tailSeconds) * sampleRateHz * 2);
  const checksum = compileChecksum();
  const lastFrame = Math.max(events.at(-1)?.frame ?? 0, 10 * sampleRateHz);
  const tailFrame = (drawnSeconds + tailSeconds - measuredTailSeconds) * sampleRateHz;
  const spent = { sounding: 0, soundingFrames: 0, tail: 0, tailFrames: 0 };
  let filled = 0;
  let before = threadSeconds();
  const { nonFiniteSamples } = await renderScore({
    patch,
    config: { ...config, sampleRateHz },
    native,
    checksum,
    events,
    end: { frames: samples.length / 2 },
    onSamples: (part) => {
      const seconds = threadSeconds() - before;
      const [first, frames] = [filled / 2, part.length / 2];
      if (first + frames <= lastFrame) {
        spent.sounding += seconds;
        spent.soundingFrames += frames;
      } else if (first >= tailFrame) {
        spent.tail += seconds;
        spent.tailFrames += frames;
      }
      samples.set(part.subarray(0, samples.length - filled), filled);
      filled += part.length;
      before = threadSeconds();
      return Promise.resolve();
    },
  });
  return {
    name,
    samples,
    nonFiniteSamples,
    soundingCost: spent.sounding / spent.soundingFrames * sampleRateHz,
    tailCost: spent.tail / spent.tailFrames * sampleRateHz,
  };
}

/** Again and again while a whole round fits into what is drawn. */
function repeated(events: readonly ScoreEvent[]): readonly ScoreEvent[] {
  const roundFrames = (events.at(-1)?.frame ?? 0) + pauseSeconds * sampleRateHz;
  const rounds = Math.max(1, Math.floor(drawnSeconds * sampleRateHz / roundFrames));
  return Array.from(
    { length: rounds },
    (_, round) => events.map(({ frame, commands }) => ({ frame: frame + round * roundFrames, commands })),
  ).flat();
}

const decibels = (amplitude: number) => 20 * Math.log10(amplitude);

function levelOf(samples: Float32Array): Level {
  let [peak, square] = [0, 0];
  for (const sample of samples) {
    peak = Math.max(peak, Math.abs(sample));
    square += sample * sample;
  }
  return { peakDb: decibels(peak), rmsDb: decibels(Math.sqrt(square / samples.length)) };
}

/** The picture: spectrogram of the left channel by sox, level of both below it. */
async function draw({ name, samples }: Played): Promise<void> {
  const drawn = samples.subarray(0, drawnSeconds * sampleRateHz * 2);
  const folder = await Deno.makeTempDir();
  try {
    const wav = await WavWriter.create(`${folder}/sound.wav`, { sampleRateHz, channels: 2, format: "32f" });
    await wav.write(drawn);
    await wav.close(drawn.length / 2);
    const options = ["-x", columns, "-y", 257, "-z", 90, "-q", 40, "-t", `patch ${name}, left`];
    const { success, stderr } = await new Deno.Command("sox", {
      args: ["sound.wav", "-n", "remix", "1", "spectrogram", ...options.map(String), "-o", "picture.png"],
      cwd: folder,
    }).output();
    if (!success) throw new Error(`sox: ${new TextDecoder().decode(stderr)}`);
    const width = drawn.length / 2 / columns;
    const levels = Array.from(
      { length: columns },
      (_, index) =>
        levelOf(drawn.subarray(2 * Math.round(index * width), 2 * Math.round((index + 1) * width))),
    );
    const png = withLevel(await Deno.readFile(`${folder}/picture.png`), levels);
    await Deno.writeFile(new URL(`docs/pictures/${name}.png`, root), png);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function rowOf({ name, samples, nonFiniteSamples, soundingCost, tailCost }: Played): string {
  const drawn = samples.subarray(0, drawnSeconds * sampleRateHz * 2);
  const { peakDb } = levelOf(drawn);
  // the effective level of what sounds: a score may be shorter than the picture
  const last = drawn.findLastIndex((sample) => Math.abs(sample) > 1e-3);
  const { rmsDb } = levelOf(drawn.subarray(0, last + 1));
  const lastSound = samples.findLastIndex((sample) => sample !== 0);
  const zero = lastSound === samples.length - 1
    ? "plays on"
    : `${(lastSound / 2 / sampleRateHz).toFixed(1)} s`;
  return `| \`${name}\` | ${peakDb.toFixed(1)} | ${rmsDb.toFixed(1)} | ${nonFiniteSamples} | ${zero} | ` +
    `${(1 / soundingCost).toFixed(0)} | ${(soundingCost * 100).toFixed(2)} % | ${
      (tailCost * 100).toFixed(2)
    } % |`;
}

if (import.meta.main) {
  const { words } = developmentCommand(import.meta.url, { maxWords: patchNames.length });
  const names = words.length > 0 ? words : patchNames;
  await Deno.mkdir(new URL("docs/pictures/", root), { recursive: true });
  const rows: string[] = [];
  for (const name of names) {
    const played = await play(name);
    await draw(played);
    rows.push(rowOf(played));
    console.log(rows.at(-1));
  }
  const path = new URL("docs/ready-patches.md", root);
  const text = await Deno.readTextFile(path);
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`docs/ready-patches.md: expected ${begin} and ${end}`);
  if (words.length === 0) {
    const head = [
      "| patch | peak dB | rms dB | not finite | zero after | times real time | sounding | tail |",
      "| --- | --: | --: | --: | --: | --: | --: | --: |",
    ];
    const table = [begin, "", ...head, ...rows, "", ""].join("\n");
    await Deno.writeTextFile(path, text.slice(0, from) + table + text.slice(to));
  }
}
