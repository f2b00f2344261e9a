/**
 * Sound files that play from the disk, beside scsynth which plays the same files by DiskIn, in one run: processor time, and
 * memory while they play. The engine plays in real time by the clock, with its three renderers and what reads and decodes; scsynth
 * renders a minute offline, without a sound server. Its time of a tenth of the sound is subtracted, and of ours that of an engine in which
 * nothing plays yet.
 *
 *     deno task bench:streams [--streams 32] [--minutes 10] [--rate 48000] [--outputs 16]
 *
 * `--rate 44100` has the files resampled, which DiskIn does not do: it plays them at the wrong pitch.
 */
import type { OscArgument, OscMessage } from "../osc/packet/codec.ts";
import { developmentCommand } from "../testing/development_command.ts";
import { UdpClient } from "../testing/osc/udp_client.ts";
import { hallText } from "../testing/patch/hall_text.ts";
import { until } from "../testing/until.ts";
import { writeNoise } from "../testing/sound/noise_file.ts";
import { family, memoryMiB } from "./process_family.ts";
import { report } from "./report.ts";
import { startProgram, stopProgram } from "./started_program.ts";
import { ScsynthMissingError, scsynthScoreSeconds, scsynthVersion } from "./scsynth.ts";
import { encodeSynthDef, type Unit } from "./synthdef.ts";

const { options } = developmentCommand(import.meta.url, {
  options: {
    streams: { usual: 32, about: "stereo files that play at once, at most 32" },
    minutes: { usual: 10, about: "how long they play" },
    rate: { usual: 48_000, about: "frames a second of the files" },
    outputs: { usual: 16, about: "outputs, an even number: each file plays on two" },
  },
});
const { streams, outputs } = options;
const seconds = options.minutes * 60;

/** Length of the files, which are repeated without end. */
const fileSeconds = 30;
const engineRateHz = 48_000;
const blockFrames = 128;

/** Time after the start in which the runtime compiles what is called often. */
const settleMs = 5_000;

/** Sound that scsynth renders: its file is read again to see that it sounds. */
const scsynthSeconds = 60;

/** Times at which the memory is looked at. */
const looks = 10;

const scsynth = await scsynthVersion().catch((error: unknown) => {
  if (!(error instanceof ScsynthMissingError)) throw error;
  console.error(`bench:streams: ${error.message}`);
  Deno.exit(1);
});

const folder = await Deno.makeTempDir({ prefix: "understudy-bench-" });
try {
  await writeFiles();
  const ours = await playWithEngine();
  const theirs = await playWithScsynth();
  const percent = (part: number) => Number((part * 100).toFixed(2));
  console.log(`${streams} stereo files of ${options.rate} Hz for ${seconds} s, scsynth ${scsynth}`);
  await report("streams", [
    { what: "scsynth, DiskIn, % of a core", value: percent(theirs) },
    { what: "Understudy, all of it, % of a core", value: percent(ours.playing) },
    { what: "Understudy before they play, % of a core", value: percent(ours.idle) },
    { what: "what the files take, % of a core", value: percent(ours.playing - ours.idle) },
    ...(theirs > 0
      ? [{
        what: "that, in parts of scsynth",
        value: Number(((ours.playing - ours.idle) / theirs).toFixed(2)),
      }]
      : []),
    ...ours.memory.map((mib, index) => ({
      what: `MiB after ${Math.round(seconds * (index + 1) / looks)} s`,
      value: Number(mib.toFixed(1)),
    })),
    { what: "late blocks", value: ours.late },
  ]);
} finally {
  await Deno.remove(folder, { recursive: true });
}

async function writeFiles(): Promise<void> {
  for (let file = 0; file < streams; file++) {
    const path = `${folder}/${file}.wav`;
    await writeNoise({
      path,
      seed: file + 1,
      frames: fileSeconds * options.rate,
      sampleRateHz: options.rate,
    });
  }
  await Deno.writeTextFile(`${folder}/hall.ts`, hallText(outputs));
}

/** The output on which the first channel of a file plays, from 0 on. */
function outputOf(file: number): number {
  return 2 * file % outputs;
}

/** Processor time in parts of a core, before and while files play, and memory. */
async function playWithEngine() {
  const program = await startProgram({
    patch: `${folder}/hall.ts`,
    environment: {
      UNDERSTUDY_SAMPLE_RATE: String(engineRateHz),
      UNDERSTUDY_BLOCK_FRAMES: String(blockFrames),
      UNDERSTUDY_CHANNELS: String(outputs),
      UNDERSTUDY_OSCQUERY_PORT: "0",
      UNDERSTUDY_STREAM_MIB: "128",
      UNDERSTUDY_STREAM_FOLDER: folder,
    },
  });
  const { process: { pid }, port } = program;
  const client = new UdpClient(`127.0.0.1:${port}`);
  try {
    await pause(settleMs);
    const idle = await shareDuring(pid, () => pause(settleMs));
    for (let file = 0; file < streams; file++) {
      await ask(client, "/stream/arm", "s", `${file}.wav`);
      await ask(client, "/stream/slices", "isffi", file + 1, `${file}.wav`, 0, fileSeconds, 0);
      for (const channel of [1, 2]) {
        await ask(client, "/stream/route", "iiif", file + 1, channel, outputOf(file) + channel, -12);
      }
    }
    for (let file = 0; file < streams; file++) await ask(client, "/stream/play", "i", file + 1);
    await pause(settleMs);
    const memory: number[] = [];
    const playing = await shareDuring(pid, async () => {
      for (let look = 0; look < looks; look++) {
        await pause(seconds * 1_000 / looks);
        memory.push(memoryMiB(family(pid)));
      }
    });
    return { idle, playing, memory, late: await lateBlocks(client) };
  } finally {
    await client.close();
    await stopProgram(program);
  }
}

async function ask(
  client: UdpClient,
  address: string,
  types: string,
  ...values: readonly (string | number)[]
): Promise<void> {
  const answer = (await client.ask(address, types, ...values)).at(-1)!;
  if (answer.startsWith("/fail")) throw new Error(answer);
}

/** Blocks in which a file was silent. */
async function lateBlocks(client: UdpClient): Promise<number> {
  await client.say("/status");
  await until("the status", () => client.heard("/status.reply").length > 0);
  return Number(/lateStreamBlocks (\d+)/.exec(client.heard("/status.reply")[0])![1]);
}

/** Processor time of a process and its children while something happens, in parts of a core. */
async function shareDuring(pid: number, happen: () => Promise<void>): Promise<number> {
  const startMs = performance.now();
  const before = usedSeconds(pid);
  await happen();
  return (usedSeconds(pid) - before) / (performance.now() - startMs) * 1_000;
}

/** Processor time of living processes, in steps of 10 ms. */
function usedSeconds(pid: number): number {
  return family(pid).reduce((sum, each) => {
    const fields = Deno.readTextFileSync(`/proc/${each}/stat`).replace(/^.*\) /, "").split(" ");
    return sum + (Number(fields[11]) + Number(fields[12])) / 100;
  }, 0);
}

/** Processor time in parts of a core. */
async function playWithScsynth(): Promise<number> {
  const part = scsynthSeconds / 10;
  const short = await scsynthScoreSeconds({ ...scsynthScore(part), sampleRateHz: engineRateHz, blockFrames });
  const whole = await scsynthScoreSeconds({
    ...scsynthScore(scsynthSeconds),
    sampleRateHz: engineRateHz,
    blockFrames,
  });
  return (whole - short) / (scsynthSeconds - part);
}

/** All files, repeated without end. */
function scsynthScore(length: number) {
  const unit = (name: string, rate: Unit["rate"], outputs: number, inputs: Unit["inputs"]): Unit => ({
    ...{ name, rate, inputs, outputs },
  });
  const control = unit("Control", "kr", 2, []);
  const sound = unit("DiskIn", "ar", 2, [[control, 1], 1]);
  const out = unit("Out", "ar", 0, [[control, 0], [sound, 0], [sound, 1]]);
  const definition = encodeSynthDef("file", { out: 0, buffer: 0 }, [control, sound, out]);
  const synths = Array.from({ length: streams }, (_, file): OscMessage[] => [
    message("/b_alloc", "iii", file, 2 ** 16, 2),
    message("/b_read", "isiiii", file, `${folder}/${file}.wav`, 0, 2 ** 16, 0, 1),
    message(
      ...["/s_new", "siiisisi", "file", 1_000 + file, 1, 0, "out", outputOf(file), "buffer", file] as const,
    ),
  ]);
  return {
    outputs,
    bundles: [
      { seconds: 0, elements: [{ address: "/d_recv", args: [{ type: "b", value: definition }] } as const] },
      ...synths.map((elements) => ({ seconds: 0, elements })),
      { seconds: length, elements: [message("/c_set", "if", 0, 0)] },
    ],
  };
}

function message(address: string, types: string, ...values: readonly (string | number)[]): OscMessage {
  return { address, args: [...types].map((type, index) => ({ type, value: values[index] }) as OscArgument) };
}

function pause(ms: number): Promise<void> {
  return new Promise((done) => setTimeout(done, ms));
}
