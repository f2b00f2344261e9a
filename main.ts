/** The command line: reads the settings, calls the command, and turns what went wrong into one sentence and a code. */
import manifest from "./deno.json" with { type: "json" };
import { type CommandLine, helpText, parseCommandLine, UsageError } from "./engine/command_line.ts";
import { type Config, ConfigError, readConfig } from "./engine/config.ts";
import { listDevices } from "./engine/devices.ts";
import { diagnose } from "./engine/doctor.ts";
import { DriverError } from "./engine/driver/driver.ts";
import { Engine } from "./engine/engine.ts";
import { exitCodes } from "./engine/exit_codes.ts";
import { createLog } from "./engine/logging.ts";
import { loadNative } from "./engine/native.ts";
import { renderToWav } from "./engine/session/render_to_wav.ts";
import { SessionDamaged } from "./engine/session/session_reader.ts";
import { SessionFileError } from "./engine/session/session_writer.ts";
import { PortAudioMissing } from "./ffi/library_search.ts";
import { type DatagramPeer, Datagrams } from "./ffi/datagrams.ts";
import { NativeBuildError } from "./ffi/native_library.ts";
import { DeviceNotFound, PortAudioError } from "./ffi/portaudio.ts";
import { AccessControl, loopbackNetworks } from "./osc/access.ts";
import { AddressSpace } from "./osc/address_space.ts";
import { NetworkInvalid, NetworkList } from "./osc/cidr.ts";
import { Gate } from "./osc/gate.ts";
import { isLoopback, PacketIntake } from "./osc/intake.ts";
import { OscListener, PortInUse, wantedBufferBytes } from "./osc/listener.ts";
import { StreamListener } from "./osc/stream_listener.ts";
import { compilePatch, PatchUnknown } from "./patches/catalogue.ts";

const { version } = manifest;

// deno-lint-ignore no-explicit-any -- constructors take any arguments
const codeOfError: readonly (readonly [new (...args: any[]) => Error, number])[] = [
  [UsageError, exitCodes.usage],
  [ConfigError, exitCodes.usage],
  [PatchUnknown, exitCodes.usage],
  [NetworkInvalid, exitCodes.usage],
  [DriverError, exitCodes.device],
  [DeviceNotFound, exitCodes.device],
  [PortAudioError, exitCodes.device],
  [PortAudioMissing, exitCodes.device],
  [NativeBuildError, exitCodes.native],
  [PortInUse, exitCodes.port],
  [SessionFileError, exitCodes.session],
  [SessionDamaged, exitCodes.session],
];

/** Runs one command to its end and returns the exit code. */
async function run(args: readonly string[]): Promise<number> {
  const line = parseCommandLine(args);
  if (line.command === "help") return print(helpText());
  if (line.command === "version") return print(`understudy ${version} (deno ${Deno.version.deno})\n`);
  const config = readConfig(Deno.env.toObject());
  switch (line.command) {
    case "start":
      return await start({ ...config, patch: line.patch ?? config.patch });
    case "render":
      return await render(line, config);
    case "devices":
      return print(await listDevices(config));
    case "doctor":
      return await diagnose(config, (text) => print(text + "\n"));
  }
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
  let listener: OscListener<DatagramPeer> | undefined;
  let streams: StreamListener | undefined;
  let space: AddressSpace | undefined;
  try {
    const access = accessControl(config);
    if (!isLoopback(config.oscHost) && config.oscAllow === loopbackNetworks) {
      log.warning(
        `OSC is listened for on ${config.oscHost}, but only this machine is let in: set UNDERSTUDY_OSC_ALLOW`,
      );
    }
    const gate = new Gate({
      access,
      messagesPerSecond: config.oscMessagesPerSecond,
      onNotice: (text) => log.warning(text),
    });
    const intake = new PacketIntake((text, count) => log.warning(`${text} (${count} so far)`), gate);
    const { native, path } = await loadNative(config, (text) => log.info(text));
    const { sampleRateHz, channels, inputChannels, blockFrames } = config;
    const patch = await compilePatch(config.patch, {
      sampleRateHz,
      channels,
      inputChannels,
      maximumBlockFrames: blockFrames,
    });
    listener = OscListener.bind({
      hostname: config.oscHost,
      port: config.oscPort,
      intake,
      access: (address) => Datagrams.open(native, address),
    });
    const { receiveBufferBytes = wantedBufferBytes } = listener;
    if (receiveBufferBytes < wantedBufferBytes) {
      log.info(`OSC receive buffer of ${receiveBufferBytes >> 10} KiB; for bursts, raise net.core.rmem_max`);
    }
    if (config.oscTcpPort !== undefined) {
      streams = StreamListener.bind({
        hostname: config.oscHost,
        port: config.oscTcpPort,
        framing: config.oscTcpFraming,
        intake,
      });
    }
    engine = await Engine.start({ config, patch, native, nativeLibrary: path, log, version });
    space = new AddressSpace({
      engine,
      version,
      access,
      onQuit: () => wanted.resolve("/quit"),
      onDump: (line) => log.info(line),
      traffic: () => ({ packets: intake.packets, ...intake.counts, ...gate.counts }),
    });
    listener.serve(space);
    streams?.serve(space);
    if (streams) log.info(`OSC over TCP (${config.oscTcpFraming}) on ${streams.address}`);
    log.info(`ready: OSC on ${listener.address}`);
    log.info(`stopping: ${await wanted.promise}`);
    return exitCodes.ok;
  } finally {
    await listener?.stop();
    await streams?.stop();
    space?.stop();
    await engine?.stop();
    signals.forEach((signal, index) => Deno.removeSignalListener(signal, handlers[index]));
  }
}

function accessControl({ oscAllow, oscReadOnly, oscSecret }: Config): AccessControl {
  return new AccessControl({
    allow: new NetworkList(oscAllow, "UNDERSTUDY_OSC_ALLOW"),
    readOnly: new NetworkList(oscReadOnly ?? "", "UNDERSTUDY_OSC_READ_ONLY"),
    secret: oscSecret,
  });
}

async function render(line: Extract<CommandLine, { command: "render" }>, config: Config): Promise<number> {
  const { native } = await loadNative(config, (text) => console.error(text));
  const report = await renderToWav({
    session: line.session,
    out: line.out,
    native,
    onProgress: showProgress,
  });
  if (Deno.stderr.isTerminal()) Deno.stderr.writeSync(new TextEncoder().encode("\r\x1b[K"));
  print(report.text + "\n");
  return report.identical ? exitCodes.ok : exitCodes.session;
}

function showProgress(part: number): void {
  if (!Deno.stderr.isTerminal()) return;
  const filled = Math.round(part * 40);
  const bar = "#".repeat(filled) + ".".repeat(40 - filled);
  Deno.stderr.writeSync(new TextEncoder().encode(`\r[${bar}] ${Math.round(part * 100)} %`));
}

function print(text: string): number {
  Deno.stdout.writeSync(new TextEncoder().encode(text));
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
