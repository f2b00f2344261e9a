import { loadNative } from "../config/load_native.ts";
import type { Config } from "../config/settings.ts";
import type { CompiledPatch } from "../compiler/graph/compiled_patch.ts";
import { PatchError } from "../compiler/graph/patch_error.ts";
import { CommandRefusedError } from "../engine/control/control.ts";
import { Engine } from "../engine/engine.ts";
import { type RehearsalOptions, rehearse } from "../engine/patch_swap/rehearsal.ts";
import { type DatagramPeer, Datagrams } from "../ffi/datagrams.ts";
import type { NativeLibrary } from "../ffi/native_symbols.ts";
import { type ExitCode, exitCodes } from "../foundation/exit_codes.ts";
import { createLog, type Log } from "../foundation/logging.ts";
import { within } from "../foundation/within.ts";
import { MidiInput } from "../midi/midi_input.ts";
import { ProgramChanges } from "../midi/program_changes.ts";
import { AccessControl, loopbackNetworks } from "../osc/admission/access_control.ts";
import { AdmissionControl } from "../osc/admission/admission.ts";
import { NetworkList } from "../osc/admission/network_list.ts";
import { AddressSpace, type AddressSpaceOptions } from "../osc/methods/address_space.ts";
import { QueryService } from "../osc/oscquery/query_service.ts";
import { isLoopback } from "../osc/transport/network_address.ts";
import { TcpListener } from "../osc/transport/tcp_listener.ts";
import { UdpListener, wantedBufferBytes } from "../osc/transport/udp_listener.ts";
import { patchNames } from "../patches/ready/catalogue.ts";
import { interruptible } from "./interruptible.ts";
import { InterruptedError } from "./interrupted_error.ts";
import { findLivingEngine } from "../engine/run/living_engine.ts";
import { enterRun, leaveRun } from "./control_process.ts";
import { openPatchSource } from "./open_patch_source.ts";
import { playDemo } from "./play_demo.ts";
import { SavedState } from "./saved_state.ts";
import { ServiceManager } from "./service_manager.ts";

/** Longest time in which inputs and engine stop; each of them has time limits of its own below this. */
const stopMs = 20_000;

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

interface Start {
  readonly config: Config;
  readonly version: string;
  readonly log: Log;
  readonly signal: AbortSignal;
}

/** Starts everything, waits for a signal or `/quit`, and stops everything. */
async function play({ config, version, log, signal }: Start): Promise<void> {
  /** Stopped before the engine, so that no command arrives any more. */
  const inputs: { stop(): Promise<void> }[] = [];
  let engine: Engine | undefined;
  let state: SavedState | undefined;
  let manager: ServiceManager | undefined;
  let space: AddressSpace | undefined;
  let leave = () => {};
  try {
    const access = accessControl(config, log);
    const { native, path: nativeLibrary, stage } = await loadNative(config, (text) => log.info(text));
    const processes = config.isolation === "processes" ? enterRun(native, stage) : undefined;
    if (processes) leave = () => leaveRun(native, processes);
    const source = await openPatchSource(
      config,
      (text) => text.split("\n").forEach((line) => log.info(`the patch prints: ${line}`)),
    );
    const continuation = processes && processes.epoch > 1
      ? await findLivingEngine(native, processes)
      : undefined;
    state = await SavedState.open({ config, version, log, isLiving: continuation !== undefined });
    let maxVoices = 0;
    const patch = (continuation?.patches ?? state?.continuation?.patches)?.at(-1)?.patch ??
      await rehearseFirst({
        ...await source.load(config.patch, signal),
        format: source.format,
        seed: config.seed,
        nativeLibrary,
        ceiling: config.ceiling,
        onWarning: (warning) => log.warning(warning),
        onVoiceLimit: (most, reason) => {
          maxVoices = most;
          log.warning(reason);
        },
        onTooSlow: (problem) => log.warning(`${problem}; it plays, but expect gaps`),
        signal,
      });
    const sockets = await bindSockets(config, native, log);
    inputs.push(...Object.values(sockets).filter((socket) => socket !== undefined));
    signal.throwIfAborted();
    const playing = engine = await Engine.start({
      ...{ config, patch, maxVoices, processes, native, nativeLibrary, log, version, signal },
      continuation: continuation ?? state?.continuation,
    });
    state?.plays(playing);
    manager = ServiceManager.find(native, Deno.env.toObject());
    signal.throwIfAborted();
    const loadPatch = (nameOrFile: string | undefined) =>
      source.exchange(nameOrFile, ({ graph, samples }) => playing.loadPatch(graph, samples));
    const programs = new ProgramChanges(patchNames, loadPatch, log);
    const onProgram = config.midiPrograms ? (program: number) => programs.change(program) : undefined;
    const midi = await MidiInput.start({ config, native, engine, log, onProgram });
    if (midi) inputs.push(midi);
    const quit = Promise.withResolvers<void>();
    const served = serve(sockets, {
      ...{ config, engine, access, log, version, loadPatch },
      midi: () => midi?.counts ?? {},
      onQuit: () => quit.resolve(),
    });
    space = served.space;
    inputs.push(served.query);
    log.info(`ready: OSC on ${sockets.udp.address}`);
    manager?.plays(() => playing.status());
    if (manager) inputs.push(reloadOnHangup({ log, manager, loadPatch }));
    if (config.demo) playDemo(engine, config.patch, log);
    await Promise.race([quit.promise, abortion(signal)]);
    log.info("stopping: /quit");
  } catch (error) {
    if (!(error instanceof InterruptedError)) throw error;
    log.info(`stopping: ${error.signal}`);
  } finally {
    manager?.stops();
    const stopped = (async () => {
      await Promise.all(inputs.map((input) => input.stop()));
      space?.stop();
      await engine?.stop();
      return true;
    })();
    if (await within(stopped, stopMs) === undefined) {
      log.error(`not everything has stopped after ${stopMs / 1_000} s: the process ends all the same`);
    }
    state?.close(engine !== undefined);
    leave();
  }
}

interface Reload {
  readonly log: Log;
  readonly manager: ServiceManager;
  readonly loadPatch: (nameOrFile: string | undefined) => Promise<unknown>;
}

/** Under systemd SIGHUP asks for a reload: the patch that was loaded last is read again and exchanged while it plays. */
function reloadOnHangup({ log, manager, loadPatch }: Reload): { stop(): Promise<void> } {
  const reload = async () => {
    manager.reloads();
    try {
      await loadPatch(undefined);
    } catch (error) {
      log.warning(`reload: ${(error as Error).message}; the patch before plays on`);
    }
    manager.reloaded();
  };
  const listener = () => void reload();
  Deno.addSignalListener("SIGHUP", listener);
  return { stop: () => Promise.resolve(Deno.removeSignalListener("SIGHUP", listener)) };
}

interface Sockets {
  readonly udp: UdpListener<DatagramPeer>;
  readonly tcp: TcpListener | undefined;
}

/** Binds the ports of OSC; packets wait until they are served. Throws `PortInUseError`. */
async function bindSockets(config: Config, native: NativeLibrary, log: Log): Promise<Sockets> {
  const { oscHost: hostname, oscTcpPort, oscTcpFraming: framing } = config;
  const udp = UdpListener.bind({
    hostname,
    port: config.oscPort,
    access: (address) => Datagrams.open(native, address),
  });
  const { receiveBufferBytes = wantedBufferBytes } = udp;
  if (receiveBufferBytes < wantedBufferBytes) {
    log.info(`OSC receive buffer of ${receiveBufferBytes >> 10} KiB; for bursts, raise net.core.rmem_max`);
  }
  try {
    const tcp = oscTcpPort === undefined
      ? undefined
      : TcpListener.bind({ hostname, port: oscTcpPort, framing });
    return { udp, tcp };
  } catch (error) {
    await udp.stop();
    throw error;
  }
}

interface Served extends Pick<AddressSpaceOptions, "loadPatch" | "midi" | "onQuit"> {
  readonly config: Config;
  readonly engine: Engine;
  readonly access: AccessControl;
  readonly log: Log;
  readonly version: string;
}

/** Answers the packets of the sockets, and OSCQuery. */
function serve({ udp, tcp }: Sockets, served: Served): { space: AddressSpace; query: QueryService } {
  const { config, engine, access, log } = served;
  const space: AddressSpace = new AddressSpace({
    ...served,
    programs: patchNames,
    onDump: (line) => log.info(line),
    traffic: () => admission.counts,
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
  return { space, query };
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

function accessControl(config: Config, log: Log): AccessControl {
  const { oscHost, oscAllow, oscReadOnly = "", oscSecret } = config;
  if (!isLoopback(oscHost) && oscAllow === loopbackNetworks) {
    log.warning(
      `OSC listens on ${oscHost}, but admits only this machine: set UNDERSTUDY_OSC_ALLOW to admit others`,
    );
  }
  return new AccessControl({
    allow: new NetworkList(oscAllow, "UNDERSTUDY_OSC_ALLOW"),
    readOnly: new NetworkList(oscReadOnly, "UNDERSTUDY_OSC_READ_ONLY"),
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
