/**
 * The proof on a real sound server: an engine of its own process on `jackd -d dummy`, played with `oscsend`, captured in
 * 32-bit float by `jack-record`, while renderers are broken at random moments. Afterwards the session is rendered and
 * laid beside the capture, bit for bit.
 *
 *     deno task chaos [--seconds 180] [--seed N] [--block-frames 128] [--lookahead 4] [--period 128] [--rate 48000]
 *                     [--every-ms 500] [--kinds kill,hang] [--patch keys] [--keep FOLDER]
 *                     [--busy 4] [--nice -10] [--without-rights] [--beside-scsynth] [--record]
 *                     [--streams 12 | --show] [--outputs 16] [--reader kill,trap,stall] [--reader-every-ms 5000] [--remove]
 *
 * A wrong bit (`corrupt`) in a renderer that alone, or beside one other, has a block in time is heard: then blocks of the
 * render differ, and the engine tells how many of them it has found itself.
 *
 * `--busy` runs loops beside it that take all the processor time that they get, at `--nice`; `--every-ms 0` breaks nothing;
 * `--without-rights` starts the engine as an ordinary user has it; `--beside-scsynth` lets scsynth play on the same server.
 * `--record` lets the engine record its sound as well; that file must equal the render of the session too.
 *
 * `--streams` plays sound files from the disk in place of a patch with notes: WAV, AIFF, FLAC, Vorbis, Opus and MP3 of 44.1, 48 and
 * 96 kHz, begun, stopped, sought, looped and faded throughout. `--reader` breaks what reads them too: `kill` ends the thread, `trap`
 * the process that decodes, `stall` lets the thread read nothing for 2 s, as a disk would. `--remove` deletes every other file half-way.
 *
 * `--show` plays the same files by the cue list of a show in place of players: GO is pressed throughout, and the operator jumps, pauses,
 * stops, panics and reloads the file now and then.
 */
import { stripVTControlCharacters } from "node:util";
import { developmentCommand } from "../../testing/development_command.ts";
import { type FaultKind, faultKinds, type Role } from "../../engine/control/control.ts";
import {
  decodePacket,
  encodePacket,
  isBundle,
  type OscArgument,
  type OscMessage,
} from "../../osc/packet/codec.ts";
import type { PatchGraph } from "../../compiler/graph/graph.ts";
import { patchNamed } from "../../patches/ready/catalogue.ts";
import { SeededRandom } from "../../testing/seeded_random.ts";
import { startSoundRecorder } from "../../testing/sound/sound_recorder.ts";
import { startSoundServer } from "../../testing/sound/sound_server.ts";
import { until } from "../../testing/until.ts";
import { withoutRights } from "../../testing/without_rights.ts";
import { showEnvironment, ShowPlaying, writeChaosShow } from "./show_playing.ts";
import {
  filesOf,
  removeStreamFiles,
  streamEnvironment,
  StreamPlaying,
  streamSeconds,
  writeStreamFiles,
} from "./stream_playing.ts";
import { startBusyLoops } from "./busy_loops.ts";
import { untilInterrupted } from "./until_interrupted.ts";
import { lossesOf, startScsynthBeside } from "./scsynth_beside.ts";
import { type AudioComparison, compareAudio, type Gap } from "./compare_audio.ts";
import { readFloatWav } from "../../testing/sound/read_float_wav.ts";

export interface ChaosOptions {
  readonly seconds: number;
  readonly seed: number;
  readonly blockFrames: number;
  readonly lookaheadBlocks: number;
  readonly periodFrames: number;
  readonly sampleRateHz: number;
  readonly everyMs: number;
  /** Where session, log, capture and render are left; a temporary folder that is removed when omitted. */
  readonly keep?: string;
  readonly kinds?: readonly FaultKind[];
  /** A patch by name; it is played through all its instruments and parameters, and reloaded now and then. */
  readonly patch: string;
  /** Busy loops beside the run, and their nice value. */
  readonly busy?: { readonly count: number; readonly nice: number };
  /** Starts the engine without the right to real time, higher priority and locked memory. */
  readonly withoutRights?: boolean;
  /** Lets scsynth play on the same server. */
  readonly besideScsynth?: boolean;
  /** Lets the engine record its sound, which must equal the render. */
  readonly record?: boolean;
  /** Plays sound files from the disk in place of notes. */
  readonly streams?: {
    readonly count: number;
    readonly outputs: number;
    /** How what reads them is broken, and how often; empty: not at all. */
    readonly readerKinds: readonly FaultKind[];
    readonly readerEveryMs: number;
    /** Deletes files half-way. */
    readonly remove: boolean;
    /** Plays them by a show. */
    readonly show: boolean;
  };
  /** Ends the run early: it ends every program that it started, and throws the reason. */
  readonly interrupted?: AbortSignal;
  readonly print: (line: string) => void;
}

export interface ChaosResult {
  readonly faults: number;
  /** Faults that found no renderer in the role that they were for. */
  readonly unfilledRoles: number;
  readonly concealedFrames: number;
  readonly rescuedBlocks: number;
  readonly renderIdentical: boolean;
  /** Samples in which the engine's recording differs from the render, and those that one of them has more; undefined: it made none. */
  readonly recordingDiffers?: number;
  readonly audio: AudioComparison;
  readonly serverLosses: number;
  /** From the fault to two, and to three, renderers in lockstep. */
  readonly pairMs: readonly number[];
  readonly allMs: readonly number[];
  readonly exitCode: number;
  /** Lines on the engine's terminal that are no log lines. */
  readonly stray: readonly string[];
  readonly periodFrames: number;
  /** Times that the server says the engine was not done in time; and scsynth, undefined when it did not play. */
  readonly engineLosses: number;
  readonly scsynthLosses?: number;
  /** Blocks in which a stream was silent because it was not read in time. */
  readonly lateStreamBlocks: number;
  /** Outputs on which nothing was heard. */
  readonly silentOutputs: number;
}

const targets = ["primary", "standby"] as const;

export async function runJackChaos(options: ChaosOptions): Promise<ChaosResult> {
  const { print, seed } = options;
  const folder = options.keep ?? await Deno.makeTempDir({ prefix: "understudy-chaos-" });
  await Deno.mkdir(folder, { recursive: true });
  const random = new SeededRandom(seed);
  const server = await startSoundServer(options.sampleRateHz, options.periodFrames);
  const beside: { stop(): Promise<void> }[] = [];
  let engine: EngineProcess | undefined;
  const { streams } = options;
  const outputs = streams?.outputs ?? 2;
  try {
    if (streams) await writeStreamFiles(folder, streams.count, outputs);
    if (streams?.show) {
      const files = filesOf(streams.count);
      await writeChaosShow({ folder, files, seconds: streamSeconds, outputs, random });
    }
    engine = await EngineProcess.start(options, folder, server.env);
    const recorder = await startSoundRecorder(
      server,
      { pattern: "understudy:out_%d", first: 0, channels: outputs },
      `${folder}/capture.wav`,
    );
    const scsynth = options.besideScsynth ? await startScsynthBeside(server) : undefined;
    if (scsynth) beside.push(scsynth);
    const { busy } = options;
    if (busy) beside.push(await startBusyLoops(busy.count, busy.nice));
    const broken: Record<string, number> = {};
    const asked = engine;
    const ask = (address: string, types: string, ...values: (string | number)[]) =>
      asked.ask({ address, args: argumentsOf(types, values) }, "/done");
    const show = streams?.show ? new ShowPlaying({ streams: streams.count, random, ask }) : undefined;
    const playing = show ?? (streams && new StreamPlaying({
      ...{ folder, streams: streams.count, outputs, random },
      ask: async (...message) => void (await ask(...message)),
    }));
    const playersAtOnce: number[] = [];
    await playing?.begin();
    const endMs = performance.now() + options.seconds * 1_000;
    const firstFaultMs = options.everyMs === 0 ? Infinity : performance.now() + 800;
    let [faults, unfilled, nextFaultMs, nextNoteMs] = [0, 0, firstFaultMs, performance.now()];
    const player = playing ? undefined : new Player(options, engine.port, random);
    let nextReaderMs = streams && streams.readerKinds.length > 0
      ? firstFaultMs + streams.readerEveryMs
      : Infinity;
    let putBack: (() => Promise<void>) | undefined;
    const removeMs = streams?.remove ? endMs - options.seconds * 500 : Infinity;
    while (performance.now() < endMs) {
      options.interrupted?.throwIfAborted();
      const nowMs = performance.now();
      if (nowMs >= nextNoteMs) {
        nextNoteMs = nowMs + 60 + random.below(200);
        await (player?.playSomething() ?? playing?.press());
      }
      if (nowMs >= nextReaderMs) {
        nextReaderMs = nowMs + streams!.readerEveryMs * (0.6 + 0.8 * random.next());
        const kind = random.pick(streams!.readerKinds);
        await engine.breaks(kind, "reader");
        broken[`${kind} reader`] = (broken[`${kind} reader`] ?? 0) + 1;
      }
      if (nowMs >= removeMs) putBack ??= await removeStreamFiles(folder, streams!.count);
      if (nowMs >= nextFaultMs) {
        // from this one on: a driver that got no processor would break several renderers at once to catch up
        nextFaultMs = nowMs + options.everyMs * (0.6 + 0.8 * random.next());
        const kind = random.pick(options.kinds ?? faultKinds);
        const target = random.pick(targets);
        if (!await engine.breaks(kind, target)) {
          unfilled++;
          continue;
        }
        broken[`${kind} ${target}`] = (broken[`${kind} ${target}`] ?? 0) + 1;
        faults++;
        if (playing) playersAtOnce.push(Number((await engine.status()).players));
      }
      await until(
        "the next note or fault",
        () => performance.now() >= Math.min(nextNoteMs, nextFaultMs, endMs),
      );
    }
    await putBack?.();
    await engine.ask({ address: "/sync", args: [{ type: "i", value: 1 }] }, "/synced");
    const status = await engine.status();
    const notices = await show?.notices();
    const engineLosses = lossesOf(server, "understudy");
    const scsynthLosses = scsynth?.losses();
    for (let each = beside.pop(); each; each = beside.pop()) await each.stop();
    const exitCode = await engine.quit();
    await Deno.writeTextFile(`${folder}/engine.log`, engine.log);
    await recorder.framesPass(options.sampleRateHz / 2);
    await recorder.stop();
    const losses = server.log().split("\n").filter((line) => /xrun|was not finished|not respond/i.test(line));
    await server.stop();

    const rendered = await run(
      "main.ts",
      "render",
      `${folder}/chaos.session`,
      "--out",
      `${folder}/render.wav`,
    );
    print(rendered.trim());
    const [captured, expected] = await Promise.all(
      ["capture", "render"].map((name) => readFloatWav(`${folder}/${name}.wav`)),
    );
    const audio = compareAudio(
      captured.samples,
      expected.samples,
      expected.channels,
      // before the first note is sent only what plays by itself sounds, and the capture is not there yet
      expected.samples.findIndex((sample) => sample !== 0) < options.sampleRateHz / 5 * expected.channels,
    );
    const result: ChaosResult = {
      faults,
      unfilledRoles: unfilled,
      concealedFrames: Number(status.concealedFrames),
      rescuedBlocks: Number(status.rescuedBlocks),
      renderIdentical: rendered.includes("every block is what the device got"),
      ...(options.record && {
        recordingDiffers: differingSamples(
          (await readFloatWav(`${folder}/recording.wav`)).samples,
          expected.samples,
        ),
      }),
      audio,
      serverLosses: losses.length,
      pairMs: engine.lockstepMs(2),
      allMs: engine.lockstepMs(3),
      exitCode,
      stray: engine.stray,
      periodFrames: options.periodFrames,
      engineLosses,
      scsynthLosses,
      lateStreamBlocks: Number(status.lateStreamBlocks),
      silentOutputs: Array.from({ length: expected.channels }, (_, channel) => channel)
        .filter((channel) => isSilent(captured.samples, channel, expected.channels)).length,
    };
    if (playing) {
      print(`messages             ${JSON.stringify(playing.sent)}`);
      const sorted = playersAtOnce.toSorted((a, b) => a - b);
      print(`streams at once      median ${sorted[sorted.length >> 1]}, most ${sorted.at(-1)}`);
    }
    if (notices) print(`notices of the show  ${notices.length === 0 ? "none" : notices.join("; ")}`);
    report(options, result, broken, status, losses);
    return result;
  } finally {
    for (const each of beside) await each.stop();
    await engine?.kill();
    await server.stop().catch(() => {});
    if (options.keep === undefined) await Deno.remove(folder, { recursive: true });
  }
}

function isSilent(samples: Float32Array, channel: number, channels: number): boolean {
  for (let at = channel; at < samples.length; at += channels) if (samples[at] !== 0) return false;
  return true;
}

function argumentsOf(types: string, values: readonly (string | number)[]): OscArgument[] {
  return [...types].map((type, index) => ({ type, value: values[index] }) as OscArgument);
}

function differingSamples(recorded: Float32Array, rendered: Float32Array): number {
  const differing = recorded.reduce((sum, sample, index) => sum + Number(sample !== rendered[index]), 0);
  return differing + Math.max(0, rendered.length - recorded.length);
}

function report(
  { print, seed, patch, blockFrames, lookaheadBlocks, everyMs, busy, streams }: ChaosOptions,
  result: ChaosResult,
  broken: Readonly<Record<string, number>>,
  status: Readonly<Record<string, string | number>>,
  losses: readonly string[],
): void {
  const { audio } = result;
  print(
    `seed ${seed}, ${
      streams
        ? `${streams.show ? "a show of " : ""}${streams.count} streams on ${streams.outputs} outputs`
        : `patch ${patch}`
    }, ${blockFrames} frames x ${lookaheadBlocks}, a fault every ${everyMs} ms`,
  );
  print(
    `faults committed     ${result.faults}: ${
      Object.entries(broken).map(([name, count]) => `${name} ${count}`).join(", ")
    }`,
  );
  if (result.unfilledRoles > 0) print(`  and ${result.unfilledRoles} that found no renderer in the role`);
  if (busy) print(`busy loops           ${busy.count} at nice ${busy.nice}`);
  print(`rights               ${rights(status)}`);
  const detected = Object.entries(status).filter(([name]) => name.startsWith("faults."));
  print(
    `renderers replaced   ${status.replacements}: ${
      detected.map(([name, count]) => `${name.slice(7)} ${count}`).join(", ")
    }`,
  );
  print(`rescued blocks       ${result.rescuedBlocks}`);
  print(`concealed frames     ${result.concealedFrames}`);
  print(`fault to lockstep    two: ${quantiles(result.pairMs)}; three: ${quantiles(result.allMs)}`);
  print(
    `render of session    ${
      result.renderIdentical ? "every block has the checksum that was handed over" : "DIFFERS"
    }`,
  );
  if (result.recordingDiffers !== undefined) {
    print(
      `recording            ${
        result.recordingDiffers === 0
          ? "every sample is that of the render"
          : `${result.recordingDiffers} samples DIFFER`
      }, ${status["rec.lostFrames"]} frames were lost on their way to the disk`,
    );
  }
  if (streams) {
    print(`late stream blocks   ${result.lateStreamBlocks}; silent outputs: ${result.silentOutputs}`);
  }
  print(`wrong blocks         ${status.wrongBlocks} were told by the engine`);
  print(`captured audio       ${audio.identicalFrames} of ${audio.comparedFrames} frames identical`);
  if (audio.missedFrames > 0) print(`  the capture began ${audio.missedFrames} frames after the sound`);
  print(`frames that differ   ${audio.comparedFrames - audio.identicalFrames}`);
  print(`sound server losses  ${losses.length} in its log, ${audio.gaps.length} in the capture`);
  const scsynth = result.scsynthLosses === undefined ? "" : `; of scsynth ${result.scsynthLosses}`;
  print(`xruns, by server     of the engine ${result.engineLosses}${scsynth}`);
  for (const gap of audio.gaps) {
    print(`  at frame ${gap.frame}: ${gap.onlyCaptured} only captured, ${gap.onlyRendered} only rendered`);
  }
  for (const loss of losses.slice(0, 10)) print(`  ${loss}`);
  if (audio.lostAt !== undefined) print(`  NOTHING FOUND from frame ${audio.lostAt} on`);
  print(`exit code            ${result.exitCode}`);
  const ours = result.stray.filter(isOurs);
  print(
    `stray output         ${ours.length} lines, and ${
      result.stray.length - ours.length
    } of the runtime about a thread that it ended`,
  );
  for (const line of ours.slice(0, 5)) print(`  ${line}`);
}

/** Which place the engine had on the machine, as its status says. */
function rights(status: Readonly<Record<string, string | number>>): string {
  const [callback, renderers, nice, locked, missing] = [
    "callback",
    "renderers",
    "mainIsolate",
    "memoryLocked",
    "missing",
  ].map((name) => status[`realTime.${name}`]);
  return `callback ${callback}, renderers ${renderers}, main isolate nice ${nice}, memory ${
    locked === "true" ? "locked" : "not locked"
  }; missing: ${missing || "nothing"}`;
}

/**
 * Whether a stray line says something of ours. When the runtime ends a thread by force just as that thread looks up, which
 * is seen about once in a thousand times, it prints that it did, and nothing can keep it from that.
 */
function isOurs(line: string): boolean {
  return !/Uncaught \(in worker ".*"\)\S* Error: execution terminated$/.test(
    stripVTControlCharacters(line),
  );
}

/** Median and worst, in words. */
export function quantiles(values: readonly number[]): string {
  if (values.length === 0) return "none";
  const sorted = [...values].sort((a, b) => a - b);
  const median = sorted[Math.floor(sorted.length / 2)];
  return `median ${median.toFixed(1)} ms, worst ${
    sorted[sorted.length - 1].toFixed(1)
  } ms (${values.length})`;
}

/** Plays all that a patch has through the program that users have: notes, pedals, knobs; and reloads it. */
class Player {
  readonly #graph: PatchGraph;
  readonly #sounding: (readonly [instrument: string, number: number])[] = [];

  constructor(
    { patch, sampleRateHz, blockFrames }: ChaosOptions,
    readonly port: number,
    readonly random: SeededRandom,
  ) {
    this.#graph = patchNamed(patch).build({
      sampleRateHz,
      channels: 2,
      inputChannels: 0,
      maximumBlockFrames: blockFrames,
    });
  }

  async playSomething(): Promise<void> {
    const { random } = this;
    const { instruments, parameters, name } = this.#graph;
    const choice = random.below(40);
    if (choice === 0) return this.#send("/patch/load", "s", name);
    if (choice < 12) {
      const { address, min, max, curve } = random.pick(parameters);
      const part = random.next();
      const value = curve === "exponential" ? min * (max / min) ** part : min + (max - min) * part;
      return this.#send(`/${address}`, "f", Math.min(max, Math.max(min, value)).toFixed(4));
    }
    if (instruments.length === 0) return;
    const { name: instrument } = random.pick(instruments);
    if (choice < 15) return this.#send(`/${instrument}/pedal`, "i", random.below(2));
    if (this.#sounding.length > 6 || (choice < 22 && this.#sounding.length > 0)) {
      const [held, number] = this.#sounding.shift()!;
      return this.#send(`/${held}/off`, "i", number);
    }
    const number = 36 + random.below(60);
    this.#sounding.push([instrument, number]);
    await this.#send(`/${instrument}/note`, "if", number, (0.3 + 0.7 * random.next()).toFixed(3));
  }

  async #send(...words: (string | number)[]): Promise<void> {
    await new Deno.Command("oscsend", { args: ["localhost", String(this.port), ...words.map(String)] })
      .output();
  }
}

/** The engine as users run it, with its log read and a socket to ask it things. */
class EngineProcess {
  readonly port: number;
  readonly #process: Deno.ChildProcess;
  readonly #socket: Deno.DatagramConn;
  readonly #lines: Record<string, unknown>[];
  /** What it printed besides log lines: nothing, one hopes. */
  readonly stray: readonly string[];
  readonly #reading: Promise<void>;
  #ended = false;

  private constructor(
    port: number,
    process: Deno.ChildProcess,
    lines: Record<string, unknown>[],
    stray: readonly string[],
    reading: Promise<void>,
  ) {
    this.port = port;
    this.#process = process;
    this.#lines = lines;
    this.stray = stray;
    this.#reading = reading;
    process.status.then(() => this.#ended = true);
    this.#socket = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
  }

  static async start(
    options: ChaosOptions,
    folder: string,
    serverEnv: Readonly<Record<string, string>>,
  ): Promise<EngineProcess> {
    const [command, ...args] = [
      ...(options.withoutRights ? withoutRights : []),
      ...[Deno.execPath(), "run", "-A", "main.ts", "start"],
    ];
    const process = new Deno.Command(command, {
      args,
      cwd: new URL("../..", import.meta.url),
      env: {
        ...serverEnv,
        UNDERSTUDY_DRIVER: "portaudio",
        UNDERSTUDY_SAMPLE_RATE: String(options.sampleRateHz),
        UNDERSTUDY_BLOCK_FRAMES: String(options.blockFrames),
        UNDERSTUDY_LOOKAHEAD_BLOCKS: String(options.lookaheadBlocks),
        UNDERSTUDY_FAULTS: "on",
        UNDERSTUDY_LOG_FORMAT: "json",
        UNDERSTUDY_OSC_PORT: "0",
        UNDERSTUDY_SESSION: `${folder}/chaos.session`,
        ...(options.record && { UNDERSTUDY_RECORD: `${folder}/recording.wav` }),
        UNDERSTUDY_PATCH: options.patch,
        ...(options.streams && streamEnvironment(folder, options.streams.outputs)),
        ...(options.streams?.show && showEnvironment(folder)),
      },
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).spawn();
    const lines: Record<string, unknown>[] = [];
    const stray: string[] = [];
    const ready = Promise.withResolvers<number>();
    let rest = "";
    const reading = (async () => {
      for await (const text of process.stderr.pipeThrough(new TextDecoderStream())) {
        const parts = (rest + text).split("\n");
        rest = parts.pop()!;
        for (const part of parts) {
          if (!part.startsWith("{")) {
            stray.push(part);
            continue;
          }
          const line = JSON.parse(part);
          lines.push(line);
          const port = /ready: OSC on .*:(\d+)/.exec(line.message)?.[1];
          if (port !== undefined) ready.resolve(Number(port));
        }
      }
      const said = [...lines.slice(-3).map((line) => JSON.stringify(line)), ...stray.slice(-10)];
      ready.reject(new Error(`the engine ended:\n${said.join("\n")}`));
    })();
    return new EngineProcess(await ready.promise, process, lines, stray, reading);
  }

  /** Sends a message and waits for its reply with this address; a `/fail` instead is an error. */
  async ask(message: OscMessage, replyAddress: string): Promise<readonly OscArgument[]> {
    await this.#socket.send(encodePacket(message), {
      transport: "udp",
      hostname: "127.0.0.1",
      port: this.port,
    });
    for (;;) {
      const [bytes] = await this.#socket.receive();
      const reply = decodePacket(bytes);
      if (isBundle(reply)) continue;
      const [first] = reply.args;
      const isOfAnother = reply.address === "/done" && first?.type === "s" && first.value !== message.address;
      if (reply.address === replyAddress && !isOfAnother) return reply.args;
      if (reply.address === "/fail") {
        throw new Error(`${message.address} failed: ${JSON.stringify(reply.args)}`);
      }
    }
  }

  /** Its log lines as JSON, one a line. */
  get log(): string {
    return this.#lines.map((line) => `${JSON.stringify(line)}\n`).join("");
  }

  /** Breaks the renderer in a role; false when no renderer holds it now. */
  async breaks(kind: FaultKind, target: Role | "reader"): Promise<boolean> {
    try {
      await this.ask({ address: "/engine/fault", args: [text(kind), text(target)] }, "/done");
      return true;
    } catch (error) {
      if ((error as Error).message.includes("no renderer holds the role")) return false;
      throw error;
    }
  }

  /** Ends it by force, if it lives. */
  async kill(): Promise<void> {
    if (!this.#ended) this.#process.kill("SIGKILL");
    await this.#process.status;
    await this.#reading;
  }

  async status(): Promise<Record<string, string | number>> {
    const args = await this.ask({ address: "/status", args: [] }, "/status.reply");
    const values = args.map((arg) => (arg as { value: string | number }).value);
    return Object.fromEntries(
      values.flatMap((name, index) => index % 2 === 0 ? [[String(name), values[index + 1]]] : []),
    );
  }

  /** Milliseconds from each fault until this many renderers were in lockstep, from the log. */
  lockstepMs(renderers: number): number[] {
    const begun = this.#lines.findIndex((line) => String(line.message).startsWith("ready"));
    return this.#lines.slice(begun).filter((line) =>
      line.event === "lockstep" && line.renderers === renderers
    )
      .map((line) => Number(line.afterMs));
  }

  async quit(): Promise<number> {
    await this.ask({ address: "/quit", args: [] }, "/done");
    const { code } = await this.#process.status;
    await this.#reading;
    this.#socket.close();
    return code;
  }
}

async function run(...args: string[]): Promise<string> {
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", ...args],
    cwd: new URL("../..", import.meta.url),
  }).output();
  const decoder = new TextDecoder();
  return decoder.decode(stdout) + decoder.decode(stderr);
}

function text(value: string): OscArgument {
  return { type: "s", value };
}

/**
 * Whether everything that must hold held: the sentence that the exit code of the command stands for. Differences between
 * capture and render are forgiven only as whole periods that one side lacks, or as the rest of one period that was taken
 * before it was written whole, and only when the server's log owns up to lost cycles; the checksums of what the callback
 * handed over are never forgiven anything.
 */
export function held(result: ChaosResult): boolean {
  const { gaps, lostAt } = result.audio;
  const { periodFrames } = result;
  const isOfServer = ({ frame, onlyCaptured, onlyRendered }: Gap) =>
    onlyCaptured % periodFrames === 0 && onlyRendered % periodFrames === 0 ||
    onlyCaptured === onlyRendered && frame % periodFrames + onlyRendered === periodFrames;
  const excused = gaps.every(isOfServer) && (gaps.length === 0 || result.serverLosses > 0);
  return result.renderIdentical && (result.recordingDiffers ?? 0) === 0 && result.concealedFrames === 0 &&
    !result.stray.some(isOurs) &&
    result.exitCode === 0 &&
    result.lateStreamBlocks === 0 && result.silentOutputs === 0 && lostAt === undefined && excused;
}

if (import.meta.main) {
  const { options } = developmentCommand(import.meta.url, {
    options: {
      seconds: { usual: 180, about: "how long renderers are broken" },
      seed: { usual: Date.now() % 1_000_000, about: "of the random numbers" },
      "block-frames": { usual: 128, about: "frames of a block" },
      lookahead: { usual: 4, about: "blocks that renderers run ahead" },
      period: {
        usual: undefined,
        about: "frames of the server's period; as long as a block if it is left out",
      },
      rate: { usual: 48_000, about: "frames a second" },
      "every-ms": { usual: 500, about: "time from one fault to the next, at random around this" },
      patch: { usual: "keys", about: "the patch that plays" },
      kinds: { usual: faultKinds.join(), about: "kinds of fault" },
      keep: { usual: undefined, about: "folder to keep session and capture in" },
      busy: { usual: 0, about: "busy loops beside it" },
      nice: { usual: 0, about: "niceness of the busy loops; write --nice=-10" },
      "without-rights": { usual: false, about: "the engine may not run in real time" },
      "beside-scsynth": { usual: false, about: "scsynth plays on the same server" },
      record: { usual: false, about: "record the sound as well, and compare the file" },
      streams: { usual: 0, about: "sound files that play from the disk in place of a patch" },
      show: { usual: false, about: "a show plays the sound files, 12 unless --streams says otherwise" },
      outputs: { usual: 16, about: "outputs of the engine with --streams or --show" },
      reader: { usual: "", about: "how what reads the files is broken: kill, trap, stall" },
      "reader-every-ms": { usual: 5_000, about: "time from one of these faults to the next" },
      remove: { usual: false, about: "delete every other file half-way" },
    },
  });
  const loops = options.busy;
  const result = await untilInterrupted((interrupted) =>
    runJackChaos({
      seconds: options.seconds,
      seed: options.seed,
      blockFrames: options["block-frames"],
      lookaheadBlocks: options.lookahead,
      periodFrames: Number(options.period ?? options["block-frames"]),
      sampleRateHz: options.rate,
      everyMs: options["every-ms"],
      kinds: faultKinds.filter((kind) => options.kinds.split(",").includes(kind)),
      keep: options.keep,
      patch: options.patch,
      busy: loops === 0 ? undefined : { count: loops, nice: options.nice },
      withoutRights: options["without-rights"],
      besideScsynth: options["beside-scsynth"],
      record: options.record,
      streams: options.streams === 0 && !options.show ? undefined : {
        ...{ count: options.streams || 12, show: options.show, outputs: options.outputs },
        remove: options.remove,
        readerKinds: faultKinds.filter((kind) => options.reader.split(",").includes(kind)),
        readerEveryMs: options["reader-every-ms"],
      },
      interrupted,
      print: (line) => console.log(line),
    })
  );
  console.log(held(result) ? "HELD" : "BROKEN");
  Deno.exit(held(result) ? 0 : 1);
}
