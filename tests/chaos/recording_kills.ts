/**
 * Kills the program at random moments while it records the sound and its session, and looks at what is left: `sox` or `flac -t` must find the
 * recording whole, it must equal the render of the session as far as it goes, and lack at most a second of it.
 *
 *     deno task chaos:recording [--kills 20] [--seed N] [--seconds 4]
 */
import { developmentCommand } from "../../testing/development_command.ts";
import { renderToWav } from "../../engine/render/render_session_to_wav.ts";
import { readFlac } from "../../engine/samples/flac_reader.ts";
import { inFolder } from "../../testing/in_folder.ts";
import { nativeForTests } from "../../testing/native_for_tests.ts";
import { SeededRandom } from "../../testing/seeded_random.ts";
import { until } from "../../testing/until.ts";
import { readFloatWav } from "../../testing/sound/read_float_wav.ts";

export interface RecordingKill {
  readonly format: "wav32f" | "flac24";
  /** How long it was ready, and recorded, before it was killed. */
  readonly playedMs: number;
  readonly recordedSeconds: number;
  /** What the session has and the recording has not; negative: the session lacks more. */
  readonly lackingSeconds: number;
  /** What the reader of others said; empty: the file is whole. */
  readonly complaint: string;
  /** The first frame that differs from the render; undefined: none. */
  readonly differingFrame: number | undefined;
}

const rate = 48_000;

/** Plays, records and kills once. */
export async function killRecording(
  format: RecordingKill["format"],
  playedMs: number,
): Promise<RecordingKill> {
  return await inFolder(async (folder) => {
    const path = `${folder}/take.${format.startsWith("flac") ? "flac" : "wav"}`;
    const session = `${folder}/take.session`;
    await playAndKill({
      UNDERSTUDY_SESSION: session,
      UNDERSTUDY_RECORD: path,
      UNDERSTUDY_RECORD_FORMAT: format,
    }, playedMs);
    const complaint = format === "flac24"
      ? await complaintOf("flac", "-t", "-s", path)
      : await complaintOf("sox", path, "-n", "stat");
    const { native } = await nativeForTests();
    await renderToWav({ session, out: `${folder}/render.wav`, native });
    const rendered = await readFloatWav(`${folder}/render.wav`);
    const recorded = format === "flac24" ? await samplesOfFlac(path) : (await readFloatWav(path)).samples;
    const wanted = (index: number) =>
      format === "flac24"
        ? Math.min(1 - 2 ** -23, Math.round(rendered.samples[index] * 2 ** 23) / 2 ** 23)
        : rendered.samples[index];
    // the session lacks its own end: the main isolate writes it, and may be busy
    const common = Math.min(recorded.length, rendered.samples.length);
    const differing = recorded.subarray(0, common).findIndex((sample, index) => sample !== wanted(index));
    return {
      ...{ format, playedMs, complaint },
      recordedSeconds: recorded.length / rendered.channels / rate,
      lackingSeconds: (rendered.samples.length - recorded.length) / rendered.channels / rate,
      differingFrame: differing < 0 ? undefined : Math.floor(differing / rendered.channels),
    };
  });
}

async function playAndKill(environment: Record<string, string>, playedMs: number): Promise<void> {
  const program = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", "main.ts", "start", "keys", "--demo"],
    cwd: new URL("../..", import.meta.url),
    env: {
      UNDERSTUDY_DRIVER: "clock",
      UNDERSTUDY_CACHE_DIR: new URL("../../build/native-tests", import.meta.url).pathname,
      UNDERSTUDY_SAMPLE_RATE: String(rate),
      UNDERSTUDY_OSC_PORT: "0",
      UNDERSTUDY_OSCQUERY_PORT: "off",
      ...environment,
    },
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  let text = "";
  for await (const piece of program.stderr.pipeThrough(new TextDecoderStream())) {
    text += piece;
    if (text.includes("ready: OSC") && text.includes("records the sound to")) break;
  }
  const endMs = performance.now() + playedMs;
  await until("the moment of the kill", () => performance.now() >= endMs);
  try {
    program.kill("SIGKILL");
  } catch {
    throw new Error(`the program ended by itself:\n${text}`);
  }
  await program.status;
}

async function complaintOf(command: string, ...args: string[]): Promise<string> {
  const { success, stderr } = await new Deno.Command(command, { args, stdout: "null" }).output();
  const text = new TextDecoder().decode(stderr).trim();
  return success && (command !== "sox" || !/WARN|FAIL/.test(text)) ? "" : text || `${command} failed`;
}

async function samplesOfFlac(path: string): Promise<Float32Array> {
  const { channels } = readFlac(await Deno.readFile(path));
  const samples = new Float32Array(channels[0].length * channels.length);
  channels.forEach((own, channel) =>
    own.forEach((sample, frame) => samples[frame * channels.length + channel] = sample)
  );
  return samples;
}

if (import.meta.main) {
  const { options } = developmentCommand(import.meta.url, {
    options: {
      kills: { usual: 20, about: "how many recordings are cut off" },
      seed: { usual: Date.now() % 1_000_000, about: "of the random numbers" },
      seconds: { usual: 4, about: "longest time until the program is killed" },
    },
  });
  const random = new SeededRandom(options.seed);
  const results: RecordingKill[] = [];
  for (let index = 0; index < options.kills; index++) {
    const result = await killRecording(
      index % 2 === 0 ? "wav32f" : "flac24",
      random.next() * options.seconds * 1_000,
    );
    results.push(result);
    const { format, playedMs, recordedSeconds, lackingSeconds, complaint, differingFrame } = result;
    console.log(
      `${format.padEnd(7)} killed after ${(playedMs / 1_000).toFixed(3)} s: ${
        recordedSeconds.toFixed(3)
      } s recorded, ` +
        `${(lackingSeconds * 1_000).toFixed(0)} ms lacking, ${complaint || "whole"}` +
        (differingFrame === undefined ? "" : `, DIFFERS from frame ${differingFrame} on`),
    );
  }
  const bad = results.filter(({ complaint, lackingSeconds, differingFrame }) =>
    complaint !== "" || lackingSeconds > 1 || differingFrame !== undefined
  );
  const worst = Math.max(...results.map(({ lackingSeconds }) => lackingSeconds));
  console.log(
    `seed ${options.seed}: ${results.length} kills, ${bad.length} of them bad, at worst ${
      (worst * 1_000).toFixed(0)
    } ms lacking`,
  );
  Deno.exit(bad.length === 0 ? 0 : 1);
}
