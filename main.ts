/** The command line: reads the settings, calls the command, and turns what went wrong into one sentence and a code. */
import manifest from "./deno.json" with { type: "json" };
import {
  type CommandLine,
  helpText,
  parseCommandLine,
  type RenderScoreCommand,
  UsageError,
} from "./cli/command_line.ts";
import { type Config, ConfigError, readConfig } from "./config/settings.ts";
import { listDevices } from "./cli/devices.ts";
import { diagnose } from "./cli/doctor.ts";
import { DriverError } from "./engine/device/driver.ts";
import { Engine } from "./engine/engine.ts";
import { exitCodes } from "./cli/exit_codes.ts";
import { createLog, type Log } from "./foundation/logging.ts";
import { MidiInput } from "./midi/midi_input.ts";
import { ProgramChanges } from "./midi/program_changes.ts";
import { loadNative } from "./config/load_native.ts";
import { RenderInterruptedError } from "./engine/render/render_interrupted_error.ts";
import { renderScoreToWav } from "./engine/render/render_score_to_wav.ts";
import { ScoreUnplayableError } from "./engine/render/score_renderer.ts";
import { SampleError } from "./engine/samples/sample_error.ts";
import { SampleLoader } from "./engine/samples/sample_loader.ts";
import { renderToWav } from "./engine/render/render_session_to_wav.ts";
import { SessionDamagedError } from "./engine/session/session_reader.ts";
import { SessionFileError } from "./engine/session/session_writer.ts";
import { WavFileError } from "./engine/render/wav_writer.ts";
import { PortAudioMissingError } from "./ffi/library_search.ts";
import { type DatagramPeer, Datagrams } from "./ffi/datagrams.ts";
import { MidiUnavailableError } from "./ffi/midi_input.ts";
import { NativeBuildError } from "./ffi/native_library.ts";
import { DeviceNotFoundError, PortAudioError } from "./ffi/portaudio.ts";
import { AccessControl, loopbackNetworks } from "./osc/admission/access_control.ts";
import { AddressSpace } from "./osc/methods/address_space.ts";
import { NetworkList, NetworkListError } from "./osc/admission/network_list.ts";
import { AdmissionControl } from "./osc/admission/admission.ts";
import { isLoopback } from "./osc/transport/network_address.ts";
import { PortInUseError } from "./osc/transport/port_in_use_error.ts";
import { UdpListener, wantedBufferBytes } from "./osc/transport/udp_listener.ts";
import { QueryService } from "./osc/oscquery/query_service.ts";
import { TcpListener } from "./osc/transport/tcp_listener.ts";
import type { PatchFormat } from "./compiler/graph/compiled_patch.ts";
import type { SampleBank } from "./compiler/graph/sample_bank.ts";
import { PatchError } from "./compiler/graph/patch_error.ts";
import { patchNames, PatchUnknownError } from "./patches/ready/catalogue.ts";
import { ScoreError } from "./osc/score/score_error.ts";
import { allowedPatch } from "./patches/loading/allowed_patch.ts";
import { compileGraph } from "./compiler/compile.ts";
import type { PatchGraph } from "./compiler/graph/graph.ts";
import { loadPatch } from "./patches/loading/evaluate_patch.ts";
import { sampleFolderOf } from "./patches/loading/sample_folder.ts";
import { readTuning } from "./patches/loading/read_tuning.ts";
import { ScaleError } from "./modules/tuning/scala.ts";
import { phraseOf } from "./patches/ready/phrases.ts";
import { playScore } from "./osc/score/play_score.ts";
import { readScore } from "./osc/score/score.ts";

const { version } = manifest;

// deno-lint-ignore no-explicit-any -- constructors take any arguments
const codeOfError: readonly (readonly [new (...args: any[]) => Error, number])[] = [
  [UsageError, exitCodes.usage],
  [ConfigError, exitCodes.usage],
  [PatchUnknownError, exitCodes.usage],
  [NetworkListError, exitCodes.usage],
  [PatchError, exitCodes.usage],
  [ScaleError, exitCodes.usage],
  [DriverError, exitCodes.device],
  [DeviceNotFoundError, exitCodes.device],
  [PortAudioError, exitCodes.device],
  [PortAudioMissingError, exitCodes.device],
  [MidiUnavailableError, exitCodes.device],
  [NativeBuildError, exitCodes.native],
  [PortInUseError, exitCodes.port],
  [SampleError, exitCodes.usage],
  [SessionFileError, exitCodes.session],
  [SessionDamagedError, exitCodes.session],
  [ScoreError, exitCodes.score],
  [ScoreUnplayableError, exitCodes.score],
  [WavFileError, exitCodes.score],
  [RenderInterruptedError, exitCodes.interrupted],
];

/** Runs one command to its end and returns the exit code. */
async function run(args: readonly string[]): Promise<number> {
  const line = parseCommandLine(args);
  if (line.command === "help") return print(helpText());
  if (line.command === "version") return print(`understudy ${version} (deno ${Deno.version.deno})\n`);
  const config = readConfig(Deno.env.toObject());
  switch (line.command) {
    case "start":
      return await start({
        ...config,
        patch: line.patch ?? config.patch,
        demo: line.demo || config.demo,
      });
    case "render":
      return await interruptible((signal) => render(line, config, signal));
    case "renderScore":
      return await interruptible((signal) => renderScore(line, config, signal));
    case "patch": {
      // what draws is large, and nothing else needs it
      const { showPatch } = await import("./cli/show_patch.ts");
      const onPrint = (text: string) => console.error(text);
      const loadSamples = samplesOf(config, line.patch);
      return print(await showPatch({ ...line, format: await patchFormat(config), onPrint, loadSamples }));
    }
    case "devices":
      return print(await listDevices(config));
    case "doctor":
      return await diagnose(config, (text) => print(text + "\n"));
  }
}

/** What a patch is compiled for, by the settings. */
async function patchFormat(
  { sampleRateHz, channels, inputChannels, blockFrames, tuning }: Config,
): Promise<PatchFormat> {
  return {
    sampleRateHz,
    channels,
    inputChannels,
    maximumBlockFrames: blockFrames,
    tuning: tuning === undefined ? undefined : await readTuning(tuning),
  };
}

/** Finds the sound files of a patch, given its name or file. */
function samplesOf(
  { sampleFolder }: Config,
  patch: string,
  loader = new SampleLoader(),
): (graph: PatchGraph) => Promise<SampleBank | undefined> {
  return ({ samples = [] }) => loader.load(sampleFolderOf(patch, sampleFolder), samples);
}

/** Loads patches for who asks from afar; without a name, the last one anew. */
function patchSource(
  { patch: first, patchFolder: folder }: Config,
  load: (nameOrFile: string) => Promise<void>,
): (nameOrFile: string | undefined) => Promise<void> {
  let last = first;
  return async (nameOrFile) => {
    const wanted = nameOrFile === undefined ? last : await allowedPatch(nameOrFile, { first, folder });
    await load(wanted);
    last = wanted;
  };
}

async function start(config: Config): Promise<number> {
  const log = createLog({
    level: config.logLevel,
    format: config.logFormat,
    colour: Deno.stderr.isTerminal() && !Deno.env.get("NO_COLOR"),
  });
  const wanted = Promise.withResolvers<string>();
  const signals = ["SIGINT", "SIGTERM"] as const;
  const handlers = signals.map((signal) => () => wanted.resolve(signal));
  signals.forEach((signal, index) => Deno.addSignalListener(signal, handlers[index]));
  let engine: Engine | undefined;
  let listener: UdpListener<DatagramPeer> | undefined;
  let streams: TcpListener | undefined;
  let space: AddressSpace | undefined;
  let query: QueryService | undefined;
  let midi: MidiInput | undefined;
  try {
    const access = accessControl(config);
    if (!isLoopback(config.oscHost) && config.oscAllow === loopbackNetworks) {
      log.warning(
        `OSC is listened for on ${config.oscHost}, but only this machine is let in: set UNDERSTUDY_OSC_ALLOW`,
      );
    }
    const { native, path } = await loadNative(config, (text) => log.info(text));
    const format = await patchFormat(config);
    const tellPrint = (text: string) =>
      text.split("\n").forEach((line) => log.info(`the patch prints: ${line}`));
    const graph = await loadPatch(config.patch, format, { onPrint: tellPrint });
    const loader = new SampleLoader();
    const patch = compileGraph(graph, format, await samplesOf(config, config.patch, loader)(graph));
    listener = UdpListener.bind({
      hostname: config.oscHost,
      port: config.oscPort,
      access: (address) => Datagrams.open(native, address),
    });
    const { receiveBufferBytes = wantedBufferBytes } = listener;
    if (receiveBufferBytes < wantedBufferBytes) {
      log.info(`OSC receive buffer of ${receiveBufferBytes >> 10} KiB; for bursts, raise net.core.rmem_max`);
    }
    if (config.oscTcpPort !== undefined) {
      streams = TcpListener.bind({
        hostname: config.oscHost,
        port: config.oscTcpPort,
        framing: config.oscTcpFraming,
      });
    }
    engine = await Engine.start({ config, patch, native, nativeLibrary: path, log, version });
    const playing = engine;
    const loadNext = patchSource(
      config,
      async (nameOrFile) => {
        const next = await loadPatch(nameOrFile, format, { onPrint: tellPrint });
        await playing.loadPatch(next, await samplesOf(config, nameOrFile, loader)(next));
      },
    );
    const programs = new ProgramChanges(patchNames, loadNext, log);
    const onProgram = config.midiPrograms ? (program: number) => programs.change(program) : undefined;
    midi = await MidiInput.start({ config, native, engine, log, onProgram });
    space = new AddressSpace({
      engine,
      version,
      loadPatch: loadNext,
      programs: patchNames,
      access,
      onQuit: () => wanted.resolve("/quit"),
      onDump: (line) => log.info(line),
      traffic: () => admission.counts,
      midi: () => midi?.counts ?? {},
    });
    const admission = new AdmissionControl({
      access,
      messagesPerSecond: config.oscMessagesPerSecond,
      target: space,
      onNotice: (text) => log.warning(text),
    });
    listener.serve(admission);
    streams?.serve(admission);
    if (streams) log.info(`OSC over TCP (${config.oscTcpFraming}) on ${streams.address}`);
    query = new QueryService({
      hostname: config.oscQueryHost,
      port: config.oscQueryPort,
      allowedOrigins: config.oscQueryOrigins ?? [],
      advertise: config.mdns,
      oscAddress: listener.address,
      engine,
      space,
      admission,
      log,
    });
    log.info(`ready: OSC on ${listener.address}`);
    if (config.demo) playDemo(engine, config, log);
    log.info(`stopping: ${await wanted.promise}`);
    return exitCodes.ok;
  } finally {
    await Promise.all([listener?.stop(), streams?.stop(), query?.stop(), midi?.stop()]);
    space?.stop();
    await engine?.stop();
    signals.forEach((signal, index) => Deno.removeSignalListener(signal, handlers[index]));
  }
}

/** Plays the phrase of the patch, so that somebody who has no controller at hand hears something. */
function playDemo(engine: Engine, { patch, sampleRateHz }: Config, log: Log): void {
  const text = new TextEncoder().encode(phraseOf(patch, engine.instruments));
  const { events } = readScore(text, { name: "demo", sampleRateHz, patch: engine });
  const seconds = playScore(engine, events, sampleRateHz, Date.now());
  log.info(
    events.length > 0
      ? `demo: plays a phrase of ${seconds.toFixed(1)} s`
      : `demo: ${patch} plays by itself, or has no instrument to play on`,
  );
}

function accessControl({ oscAllow, oscReadOnly, oscSecret }: Config): AccessControl {
  return new AccessControl({
    allow: new NetworkList(oscAllow, "UNDERSTUDY_OSC_ALLOW"),
    readOnly: new NetworkList(oscReadOnly ?? "", "UNDERSTUDY_OSC_READ_ONLY"),
    secret: oscSecret,
  });
}

/** What a command has to say at its end. */
interface Outcome {
  readonly text: string;
  readonly code: number;
}

/** A first SIGINT or SIGTERM ends the work in order, a second at once. */
async function interruptible(work: (signal: AbortSignal) => Promise<Outcome>): Promise<number> {
  const interruption = new AbortController();
  const signals = ["SIGINT", "SIGTERM"] as const;
  const handlers = signals.map((signal) => () => {
    if (interruption.signal.aborted) Deno.exit(exitCodes.interrupted);
    interruption.abort(new RenderInterruptedError(`${signal}: nothing was written`));
  });
  signals.forEach((signal, index) => Deno.addSignalListener(signal, handlers[index]));
  const outcome = await work(interruption.signal).finally(() => {
    signals.forEach((signal, index) => Deno.removeSignalListener(signal, handlers[index]));
    if (Deno.stderr.isTerminal()) Deno.stderr.writeSync(new TextEncoder().encode("\r\x1b[K"));
  });
  print(outcome.text + "\n");
  return outcome.code;
}

async function renderScore(line: RenderScoreCommand, config: Config, signal: AbortSignal): Promise<Outcome> {
  const { sampleRateHz } = config;
  const format = await patchFormat(config);
  const name = line.patch ?? config.patch;
  const graph = await loadPatch(name, format);
  const patch = compileGraph(graph, format, await samplesOf(config, name)(graph));
  const score = readScore(await readScoreFile(line.score, signal), { name: line.score, sampleRateHz, patch });
  const framesOf = (seconds: number) => Math.round(seconds * sampleRateHz);
  const { native } = await loadNative(config, (text) => console.error(text));
  const exact = line.seconds === undefined ? score.endFrame : framesOf(line.seconds);
  const { text } = await renderScoreToWav({
    ...line,
    config,
    patch,
    events: score.events,
    end: exact === undefined ? { tailFrames: framesOf(line.tailSeconds) } : { frames: exact },
    native,
    onProgress: showProgress,
    signal,
  });
  return { text, code: exitCodes.ok };
}

async function readScoreFile(path: string, signal: AbortSignal): Promise<Uint8Array> {
  try {
    if (path !== "-") return await Deno.readFile(path, { signal });
    const input = Deno.stdin.readable.pipeThrough(new TransformStream(), { signal });
    return new Uint8Array(await new Response(input).arrayBuffer());
  } catch (cause) {
    signal.throwIfAborted();
    throw new ScoreError(path, `cannot be read: ${(cause as Error).message}`, { cause });
  }
}

async function render(
  line: Extract<CommandLine, { command: "render" }>,
  config: Config,
  signal: AbortSignal,
): Promise<Outcome> {
  const { native } = await loadNative(config, (text) => console.error(text));
  const report = await renderToWav({
    session: line.session,
    out: line.out,
    native,
    sampleFolder: config.sampleFolder,
    onProgress: showProgress,
    signal,
  });
  return { text: report.text, code: report.identical ? exitCodes.ok : exitCodes.session };
}

function showProgress(part: number): void {
  if (!Deno.stderr.isTerminal()) return;
  const filled = Math.round(part * 40);
  const bar = "#".repeat(filled) + ".".repeat(40 - filled);
  Deno.stderr.writeSync(new TextEncoder().encode(`\r[${bar}] ${Math.round(part * 100)} %`));
}

function print(text: string): number {
  const bytes = new TextEncoder().encode(text);
  try {
    // a pipe takes as much as it has room for
    for (let at = 0; at < bytes.length;) at += Deno.stdout.writeSync(bytes.subarray(at));
  } catch (error) {
    if (!(error instanceof Deno.errors.BrokenPipe)) throw error; // whoever read has seen enough
  }
  return exitCodes.ok;
}

/** One sentence for what a user can mend; a stack only for a defect of ours. */
function explain(error: unknown): number {
  const known = codeOfError.find(([kind]) => error instanceof kind);
  const text = error instanceof Error
    ? (known ? error.message : error.stack ?? error.message)
    : String(error);
  console.error(`understudy: ${text}`);
  return known?.[1] ?? exitCodes.internal;
}

if (import.meta.main) Deno.exit(await run(Deno.args).catch(explain));
