import { loadNative } from "../config/load_native.ts";
import type { Config } from "../config/settings.ts";
import type { CompiledPatch } from "../compiler/graph/compiled_patch.ts";
import { PatchError } from "../compiler/graph/patch_error.ts";
import { CommandRefusedError } from "../engine/control/control.ts";
import { Engine } from "../engine/engine.ts";
import { type RehearsalOptions, rehearse } from "../engine/patch_swap/rehearsal.ts";
import { Datagrams } from "../ffi/datagrams.ts";
import { type ExitCode, exitCodes } from "../foundation/exit_codes.ts";
import { createLog, type Log } from "../foundation/logging.ts";
import { MidiInput } from "../midi/midi_input.ts";
import { ProgramChanges } from "../midi/program_changes.ts";
import { AccessControl, loopbackNetworks } from "../osc/admission/access_control.ts";
import { AdmissionControl } from "../osc/admission/admission.ts";
import { NetworkList } from "../osc/admission/network_list.ts";
import { AddressSpace } from "../osc/methods/address_space.ts";
import { QueryService } from "../osc/oscquery/query_service.ts";
import { isLoopback } from "../osc/transport/network_address.ts";
import { TcpListener } from "../osc/transport/tcp_listener.ts";
import { UdpListener, wantedBufferBytes } from "../osc/transport/udp_listener.ts";
import { patchNames } from "../patches/ready/catalogue.ts";
import { interruptible } from "./interruptible.ts";
import { InterruptedError } from "./interrupted_error.ts";
import { openPatchSource } from "./open_patch_source.ts";
import { playDemo } from "./play_demo.ts";

/** `understudy start`: plays until a signal or `/quit`. A signal while it starts ends it as well. */
export async function start(config: Config, version: string): Promise<ExitCode> {
  const log = createLog({
    level: config.logLevel,
    format: config.logFormat,
    colour: Deno.stderr.isTerminal() && !Deno.env.get("NO_COLOR"),
  });
  await interruptible((signal) => play({ config, version, log, signal }));
  return exitCodes.ok;
}

interface Session {
  readonly config: Config;
  readonly version: string;
  readonly log: Log;
  readonly signal: AbortSignal;
}

/** Starts everything, waits for a signal or `/quit`, and stops everything. */
async function play({ config, version, log, signal }: Session): Promise<void> {
  const quit = Promise.withResolvers<void>();
  const inputs: { stop(): Promise<void> }[] = [];
  let engine: Engine | undefined;
  let space: AddressSpace | undefined;
  try {
    const access = accessControl(config);
    if (!isLoopback(config.oscHost) && config.oscAllow === loopbackNetworks) {
      log.warning(
        `OSC listens on ${config.oscHost}, but admits only this machine: set UNDERSTUDY_OSC_ALLOW to admit others`,
      );
    }
    const { native, path: nativeLibrary } = await loadNative(config, (text) => log.info(text));
    const source = await openPatchSource(
      config,
      (text) => text.split("\n").forEach((line) => log.info(`the patch prints: ${line}`)),
    );
    const patch = await rehearseFirst({
      ...await source.load(config.patch, signal),
      format: source.format,
      seed: config.seed,
      nativeLibrary,
      onTooSlow: (problem) => log.warning(`${problem}; it plays, but expect gaps`),
      signal,
    });
    const udp = UdpListener.bind({
      hostname: config.oscHost,
      port: config.oscPort,
      access: (address) => Datagrams.open(native, address),
    });
    inputs.push(udp);
    const { receiveBufferBytes = wantedBufferBytes } = udp;
    if (receiveBufferBytes < wantedBufferBytes) {
      log.info(`OSC receive buffer of ${receiveBufferBytes >> 10} KiB; for bursts, raise net.core.rmem_max`);
    }
    const tcp = config.oscTcpPort === undefined ? undefined : TcpListener.bind({
      hostname: config.oscHost,
      port: config.oscTcpPort,
      framing: config.oscTcpFraming,
    });
    if (tcp) inputs.push(tcp);
    signal.throwIfAborted();
    const playing = engine = await Engine.start({ config, patch, native, nativeLibrary, log, version });
    signal.throwIfAborted();
    const loadPatch = (nameOrFile: string | undefined) =>
      source.exchange(nameOrFile, ({ graph, samples }) => playing.loadPatch(graph, samples));
    const programs = new ProgramChanges(patchNames, loadPatch, log);
    const onProgram = config.midiPrograms ? (program: number) => programs.change(program) : undefined;
    const midi = await MidiInput.start({ config, native, engine, log, onProgram });
    if (midi) inputs.push(midi);
    space = new AddressSpace({
      engine,
      version,
      loadPatch,
      programs: patchNames,
      access,
      onQuit: () => quit.resolve(),
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
    udp.serve(admission);
    tcp?.serve(admission);
    if (tcp) log.info(`OSC over TCP (${config.oscTcpFraming}) on ${tcp.address}`);
    const query = new QueryService({
      hostname: config.oscQueryHost,
      port: config.oscQueryPort,
      allowedOrigins: config.oscQueryOrigins ?? [],
      advertise: config.mdns,
      oscAddress: udp.address,
      engine,
      space,
      admission,
      log,
    });
    inputs.push(query);
    log.info(`ready: OSC on ${udp.address}`);
    if (config.demo) playDemo(engine, config.patch, log);
    await Promise.race([quit.promise, abortion(signal)]);
    log.info("stopping: /quit");
  } catch (error) {
    if (!(error instanceof InterruptedError)) throw error;
    log.info(`stopping: ${error.signal}`);
  } finally {
    await Promise.all(inputs.map((input) => input.stop()));
    space?.stop();
    await engine?.stop();
  }
}

/**
 * Rehearses the first patch as every later one: one that traps or gives numbers that are not finite is refused before a device
 * opens. One that is too slow plays all the same, because there is no other that could.
 */
async function rehearseFirst(options: RehearsalOptions): Promise<CompiledPatch> {
  try {
    return await rehearse({ ...options, beforeStart: true });
  } catch (cause) {
    if (!(cause instanceof CommandRefusedError)) throw cause;
    throw new PatchError(cause.message, { cause });
  }
}

function accessControl({ oscAllow, oscReadOnly, oscSecret }: Config): AccessControl {
  return new AccessControl({
    allow: new NetworkList(oscAllow, "UNDERSTUDY_OSC_ALLOW"),
    readOnly: new NetworkList(oscReadOnly ?? "", "UNDERSTUDY_OSC_READ_ONLY"),
    secret: oscSecret,
  });
}

/** Rejects with the signal's reason once it is aborted. */
function abortion(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    else signal.addEventListener("abort", () => reject(signal.reason));
  });
}
