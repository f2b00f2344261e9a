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
import { NativeBuildError } from "./ffi/native_library.ts";
import { DeviceNotFound, PortAudioError } from "./ffi/portaudio.ts";
import { AddressSpace } from "./osc/address_space.ts";
import { OscListener, PortInUse } from "./osc/listener.ts";
import { compileGraph } from "./modules/signal/compile.ts";
import { PatchInvalid } from "./modules/signal/flatten.ts";
import type { PatchFormat } from "./modules/compiled_patch.ts";
import { PatchUnknown } from "./patches/catalogue.ts";
import { loadPatch } from "./patches/load_patch.ts";

const { version } = manifest;

// deno-lint-ignore no-explicit-any -- constructors take any arguments
const codeOfError: readonly (readonly [new (...args: any[]) => Error, number])[] = [
  [UsageError, exitCodes.usage],
  [ConfigError, exitCodes.usage],
  [PatchUnknown, exitCodes.usage],
  [PatchInvalid, exitCodes.usage],
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
    case "patch": {
      // what draws is large, and nothing else needs it
      const { showPatch } = await import("./patches/show_patch.ts");
      const onPrint = (text: string) => console.error(text);
      return print(await showPatch({ ...line, format: patchFormat(config), onPrint }));
    }
    case "devices":
      return print(await listDevices(config));
    case "doctor":
      return await diagnose(config, (text) => print(text + "\n"));
  }
}

/** What a patch is compiled for, by the settings. */
function patchFormat({ sampleRateHz, channels, inputChannels, blockFrames }: Config): PatchFormat {
  return { sampleRateHz, channels, inputChannels, maximumBlockFrames: blockFrames };
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
  let listener: OscListener | undefined;
  try {
    const { native, path } = await loadNative(config, (text) => log.info(text));
    const format = patchFormat(config);
    const graph = await loadPatch(config.patch, format, {
      onPrint: (text) => text.split("\n").forEach((line) => log.info(`the patch prints: ${line}`)),
    });
    const patch = await compileGraph(graph, format);
    listener = OscListener.bind({
      hostname: config.oscHost,
      port: config.oscPort,
      onTrouble: (text, count) => log.warning(`${text} (${count} so far)`),
    });
    engine = await Engine.start({ config, patch, native, nativeLibrary: path, log, version });
    listener.serve(new AddressSpace({ engine, version, onQuit: () => wanted.resolve("/quit") }));
    log.info(`ready: OSC on ${listener.address}`);
    log.info(`stopping: ${await wanted.promise}`);
    return exitCodes.ok;
  } finally {
    await listener?.stop();
    await engine?.stop();
    signals.forEach((signal, index) => Deno.removeSignalListener(signal, handlers[index]));
  }
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
