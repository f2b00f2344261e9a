import type { Config } from "../config/settings.ts";
import type { CompiledPatch } from "../compiler/graph/compiled_patch.ts";
import { PatchError } from "../compiler/graph/patch_error.ts";
import { CommandRefusedError, roles } from "../engine/control/control.ts";
import { Engine, type EngineOptions } from "../engine/engine.ts";
import { type RehearsalOptions, rehearse } from "../engine/patch_swap/rehearsal.ts";
import { Datagrams } from "../ffi/datagrams.ts";
import type { EngineProcesses } from "../engine/run/engine_processes.ts";
import type { NativeLibrary } from "../ffi/native_symbols.ts";
import { type ExitCode, exitCodes } from "../foundation/exit_codes.ts";
import { type Log, writeToStderr } from "../foundation/logging.ts";
import type { LogMemory } from "../foundation/log_memory.ts";
import { within } from "../foundation/within.ts";
import { AccessControl, loopbackNetworks } from "../osc/admission/access_control.ts";
import { NetworkList } from "../osc/admission/network_list.ts";
import { isLoopback, splitHostAndPort } from "../osc/transport/network_address.ts";
import { TcpListener } from "../osc/transport/tcp_listener.ts";
import { UdpListener, wantedBufferBytes } from "../osc/transport/udp_listener.ts";
import { isPatchFile } from "../patches/loading/patch_name.ts";
import type { PatchSource } from "../patches/loading/patch_source.ts";
import { bannerText } from "./banner.ts";
import type { CompactLines } from "./compact_lines.ts";
import { invocation } from "./invocation.ts";
import { paint } from "./paint.ts";
import { PatchWatch } from "./patch_watch.ts";
import type { Inputs, Sockets } from "./inputs.ts";
import {
  checkDescriptorRoom,
  type ConnectionShares,
  connectionShares,
  descriptorLimit,
} from "./descriptor_limit.ts";
import { InterruptedError } from "./interrupted_error.ts";
import { findLivingEngine } from "../engine/run/living_engine.ts";
import { leaveRun } from "./control_process.ts";
import { placeOfSetting } from "../engine/recorder/recording_path.ts";
import { sessionPath } from "../engine/session/session_path.ts";
import { ShowMessages } from "./show_messages.ts";
import { SavedState } from "./saved_state.ts";
import { ServiceManager } from "./service_manager.ts";
import { StatusSignal } from "./status_signal.ts";
import { UsageError } from "./usage_error.ts";

/** Longest time in which inputs and engine stop; each of them has time limits of its own below this. */
const stopMs = 20_000;

/** Longest time in which inputs alone stop: then the sound fades out and the recording is closed, with them or without. */
const inputsMs = 5_000;

/** What a start has ready for what plays. */
export interface Start {
  readonly config: Config;
  readonly version: string;
  readonly watch: boolean;
  readonly log: Log;
  readonly lines: LogMemory;
  /** Where a person reads short lines; undefined: the log has all details. */
  readonly screen: CompactLines | undefined;
  readonly signal: AbortSignal;
  readonly native: NativeLibrary;
  /** Path of the shared object. */
  readonly nativeLibrary: string;
  /** The run that this control process belongs to; undefined: everything plays in threads of this process. */
  readonly processes: EngineProcesses | undefined;
}

/**
 * Starts everything, waits for a signal or `/quit`, and stops everything. What goes on from a state is heard first: whatever
 * loads or answers is loaded after it.
 */
export async function play(
  { config: given, version, watch, log, lines, screen, signal, native, nativeLibrary, processes }: Start,
): Promise<ExitCode> {
  let config = given;
  /** Stopped before the engine, so that no command arrives any more. */
  const stopped: { stop(): Promise<void> }[] = [];
  let engine: Engine | undefined;
  let state: SavedState | undefined;
  let manager: ServiceManager | undefined;
  let inputs: Inputs | undefined;
  let source: LazySource | undefined;
  let sessionFiles: EngineOptions["sessionFiles"];
  const statusSignal = new StatusSignal(native);
  const messages = new ShowMessages();
  try {
    checkDescriptorRoom((problem) => log.warning(problem));
    const access = accessControl(config, log);
    const descriptors = descriptorLimit();
    const living = processes && processes.epoch > 1 ? await findLivingEngine(native, processes) : undefined;
    if (config.session !== undefined) {
      const { session, sessionKeep: keep } = config;
      const isLiving = living !== undefined;
      config = { ...config, session: sessionPath(session, { nowMs: Date.now(), isLiving, keep }) };
      if (config.session !== session) {
        log.info(`records to ${config.session}`);
        sessionFiles = rotationOf(config, () => sessionPath(session, { nowMs: Date.now(), keep }));
      } else if (config.sessionRotateMinutes ?? config.sessionRotateMiB) {
        throw new UsageError(
          "UNDERSTUDY_SESSION_ROTATE_MINUTES and _MIB make several files: expected UNDERSTUDY_SESSION to be a folder, or a path " +
            `with %t, found ${session}`,
        );
      }
    }
    if (config.record !== undefined && living === undefined) {
      const place = placeOfSetting(config.record, { format: config.recordFormat, nowMs: Date.now() });
      config = { ...config, record: place.path, recordFormat: place.format };
    }
    state = await SavedState.open({ config, version, log, isLiving: living !== undefined });
    const continuation = living ?? state?.continuation;
    const opened = source = new LazySource(config, state?.loaded, log);
    const isFreshShow = continuation === undefined && config.show !== undefined;
    if (isFreshShow && !await isShowRight(config)) return exitCodes.usage;
    const { patch, maxVoices } = continuation
      ? { patch: continuation.patches.at(-1)!.patch, maxVoices: 0 }
      : await firstPatch(opened, { config, nativeLibrary, log, signal });
    const sockets = await bindSockets({ config, native, log, shares: connectionShares(await descriptors) });
    const { udp, tcp, qlab } = sockets;
    stopped.push(...[udp, tcp, qlab?.udp, qlab?.tcp].filter((socket) => socket !== undefined));
    signal.throwIfAborted();
    stopped.push(messages);
    const loadPatch = async (nameOrFile: string | undefined) => {
      const patches = await opened.open();
      const unixMs = Date.now();
      const warnings = await patches.exchange(
        nameOrFile,
        ({ graph, samples }) => playing.loadPatch(graph, samples),
      );
      state?.keepLoaded({ patch: patches.current!, unixMs });
      return warnings;
    };
    const playing: Engine = engine = await Engine.start({
      shows: messages.services({ config, loadPatch: (name) => loadPatch(name) }),
      ...{ config, patch, maxVoices, processes, native, nativeLibrary, log, version, signal },
      ...{ continuation, sessionFiles },
    });
    state?.plays(playing);
    statusSignal.listen(() => log.info(`status: ${JSON.stringify(playing.status())}`));
    manager = ServiceManager.find(native, Deno.env.toObject());
    signal.throwIfAborted();
    const quit = Promise.withResolvers<void>();
    const { Inputs } = await import("./inputs.ts");
    inputs = await Inputs.open({
      ...{
        config,
        native,
        nativeLibrary,
        processes,
        engine,
        sockets,
        access,
        log,
        lines,
        version,
        loadPatch,
      },
      onQuit: () => quit.resolve(),
    });
    stopped.push(inputs);
    const { show } = config;
    if (show !== undefined && playing.show === undefined) {
      (await playing.loadShow(show)).forEach((warning) => log.warning(warning));
    }
    log.info(`ready: OSC on ${sockets.udp.address}`);
    if (living !== undefined) screen?.open(); // the one before it has printed the banner
    else if (screen) {
      const banner = bannerText({
        ...{ version, status: playing.status(), instruments: playing.instruments },
        ...{ oscAddress: sockets.udp.address, pageUrl: inputs.pageUrl, rows: bannerRows(config) },
        ...{ program: invocation(), painter: paint(Deno.stderr) },
      });
      writeToStderr(screen.text(banner));
      stopped.push(openWhenSettled(screen, playing));
    }
    if (watch && isPatchFile(config.patch)) stopped.push(watchPatch(config.patch, { log, loadPatch }));
    if (watch && show !== undefined) stopped.push(watchShow(show, playing, log));
    manager?.plays(() => playing.status());
    if (manager) stopped.push(reloadOnHangup({ log, manager, loadPatch }));
    opened.open().catch((error: Error) => log.warning(`no patch can be loaded: ${error.message}`));
    await Promise.race([quit.promise, abortion(signal)]);
    log.info("stopping: /quit");
  } catch (error) {
    if (!(error instanceof InterruptedError)) throw error;
    log.info(`stopping: ${error.signal}`);
  } finally {
    manager?.stops();
    source?.stop();
    const ended = (async () => {
      // one that fails must not keep the sound from fading, and the recording from being closed
      const inputsEnded = Promise.all(stopped.map((input) => attempt("an input", () => input.stop(), log)));
      if (await within(inputsEnded, inputsMs) === undefined) {
        log.warning(`inputs have not stopped after ${inputsMs / 1_000} s: the sound fades out all the same`);
      }
      await attempt("the inputs", () => Promise.resolve(inputs?.close()), log);
      await attempt("the engine", async () => await engine?.stop(), log);
      return true;
    })();
    if (await within(ended, stopMs) === undefined) {
      log.error(`not everything has stopped after ${stopMs / 1_000} s: the process ends all the same`);
    }
    await state?.close(engine !== undefined);
    statusSignal.stop();
    if (processes) leaveRun(native, processes);
  }
  // the sound went on, and whoever needs the recording must hear of it
  const { recordingProblem, recorderProblem } = engine ?? {};
  return recordingProblem === undefined && recorderProblem === undefined ? exitCodes.ok : exitCodes.session;
}

/** Rows of the banner for what is not always there. */
function bannerRows({ session, record, stateFolder, midi }: Config): [string, string][] {
  return [
    ...(session === undefined ? [] : [["session", session] as [string, string]]),
    ...(record === undefined ? [] : [["records", record] as [string, string]]),
    ...(stateFolder === undefined ? [] : [["state", stateFolder] as [string, string]]),
    ...(midi === "off" ? [] : [["MIDI", midi] as [string, string]]),
  ];
}

/** Longest time after the banner in which renderers that join are a part of the start. */
const settleMs = 3_000;

/** Shows every event once all renderers are in lockstep: until then they only come up. */
function openWhenSettled(screen: CompactLines, engine: Engine): { stop(): Promise<void> } {
  const open = () => {
    clearTimeout(timer);
    stopObserving();
    screen.open();
  };
  const timer = setTimeout(open, settleMs);
  const stopObserving = engine.observe((event) => {
    // its own line is written before or behind this call, and belongs to the start as well
    if (event.event === "lockstep" && event.renderers === roles.length) setTimeout(open, 0);
  });
  return { stop: () => Promise.resolve(open()) };
}

/** Loads the patch file again whenever it is saved. */
function watchPatch(
  file: string,
  { log, loadPatch }: Pick<Reload, "log" | "loadPatch">,
): { stop(): Promise<void> } {
  return new PatchWatch({
    file,
    load: () => loadPatch(file),
    onLoaded: () => log.info(`${file} was saved: it plays`),
    onRefused: (reason) =>
      log.warning(`${file} was saved and is not loaded; the patch before plays on: ${reason}`),
  });
}

/** Reads the file of the show again whenever it is saved; what plays goes on. */
function watchShow(file: string, engine: Engine, log: Log): { stop(): Promise<void> } {
  return new PatchWatch({
    file,
    load: async () => (await engine.show?.reload())?.forEach((warning) => log.warning(warning)),
    onLoaded: () => log.info(`${file} was saved: the show goes on with it`),
    onRefused: (reason) => log.warning(`${file} was saved and is not played; the show goes on:\n${reason}`),
  });
}

/** Whether the show of the settings has no mistakes; prints all that it has. */
async function isShowRight(config: Config): Promise<boolean> {
  const { checkShowFile } = await import("./check_show.ts");
  const lines: string[] = [];
  const code = await checkShowFile(config.show!, config, {
    ...{ json: false, run: false },
    print: (line) => void lines.push(line),
  });
  if (code === exitCodes.ok) return true;
  writeToStderr(lines.join("\n") + "\n");
  return false;
}

/** Stops something. What goes wrong is said and holds nothing else up. */
async function attempt(what: string, stop: () => Promise<unknown>, log: Log): Promise<void> {
  try {
    await stop();
  } catch (error) {
    log.error(`${what} did not stop in order: ${(error as Error).message}`);
  }
}

/** The source of patches, opened when one is asked for: it knows every module and the compiler, and so takes long to load. */
class LazySource {
  readonly #config: Config;
  readonly #last: string | undefined;
  readonly #log: Log;
  #opened: Promise<PatchSource> | undefined;

  /** @param last name or file that was loaded last, before this start */
  constructor(config: Config, last: string | undefined, log: Log) {
    this.#config = config;
    this.#last = last;
    this.#log = log;
  }

  /** Throws what `openPatchSource` throws, and tries again the next time. */
  async open(): Promise<PatchSource> {
    const opened = this.#opened ??= this.#load();
    try {
      return await opened;
    } catch (error) {
      if (this.#opened === opened) this.#opened = undefined;
      throw error;
    }
  }

  /** Ends the loading of a patch that is under way. */
  stop(): void {
    this.#opened?.then((patches) => patches.stop(), () => {});
  }

  async #load(): Promise<PatchSource> {
    const { openPatchSource } = await import("./open_patch_source.ts");
    const print = (text: string) =>
      text.split("\n").forEach((line) => this.#log.info(`the patch prints: ${line}`));
    const onSampleNote = (text: string) => this.#log.warning(text);
    return await openPatchSource(this.#config, { last: this.#last, onPrint: print, onSampleNote });
  }
}

interface FirstPatch extends Pick<Start, "config" | "log" | "signal"> {
  readonly nativeLibrary: string;
}

/** The patch of the settings, loaded and rehearsed, and the voices that it may play; 0: all that it has. */
async function firstPatch(
  source: LazySource,
  { config, nativeLibrary, log, signal }: FirstPatch,
): Promise<{ readonly patch: CompiledPatch; readonly maxVoices: number }> {
  const patches = await source.open();
  let maxVoices = 0;
  const patch = await rehearseFirst({
    ...await patches.load(config.patch, signal),
    format: patches.format,
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
  return { patch, maxVoices };
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

interface SocketParts extends Pick<Start, "config" | "log"> {
  readonly native: NativeLibrary;
  readonly shares: ConnectionShares;
}

/** Binds the ports of OSC; packets wait until they are served. Throws `PortInUseError`. */
async function bindSockets({ config, native, log, shares }: SocketParts): Promise<Sockets> {
  const { oscHost: hostname, oscTcpPort, oscTcpFraming: framing } = config;
  const udp = UdpListener.bind({
    hostname,
    port: config.oscPort,
    replyPort: config.oscReplyPort,
    access: (address) => Datagrams.open(native, address),
  });
  const { receiveBufferBytes = wantedBufferBytes } = udp;
  if (receiveBufferBytes < wantedBufferBytes) {
    log.info(`OSC receive buffer of ${receiveBufferBytes >> 10} KiB; for bursts, raise net.core.rmem_max`);
  }
  const { http, tcp: maxClients, warning } = shares;
  if (warning !== undefined) log.warning(warning);
  let tcp: TcpListener | undefined;
  try {
    if (oscTcpPort !== undefined) tcp = TcpListener.bind({ hostname, port: oscTcpPort, framing, maxClients });
    const qlab = await bindQlab(config, native, maxClients);
    return { udp, tcp, qlab, maxHttpConnections: http };
  } catch (error) {
    await Promise.all([udp.stop(), tcp?.stop()]);
    throw error;
  }
}

/** Binds the ports for programs that speak to QLab: the same number for UDP and TCP. Throws `PortInUseError`. */
async function bindQlab(
  { oscHost: hostname, qlabPort, qlabReplyPort }: Config,
  native: NativeLibrary,
  maxClients: number,
): Promise<Sockets["qlab"]> {
  if (qlabPort === "off") return undefined;
  const portSetting = "UNDERSTUDY_QLAB_PORT";
  const tcp = TcpListener.bind({ hostname, port: qlabPort, portSetting, framing: "auto", maxClients });
  try {
    const udp = UdpListener.bind({
      ...{ hostname, port: splitHostAndPort(tcp.address).port, portSetting },
      replyPort: qlabReplyPort === "sender" ? undefined : qlabReplyPort,
      access: (address) => Datagrams.open(native, address),
    });
    return { udp, tcp };
  } catch (error) {
    await tcp.stop();
    throw error;
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

/** When the next file of a session begins; without limits never. */
function rotationOf(
  { sessionRotateMinutes, sessionRotateMiB, sampleRateHz, blockFrames }: Config,
  next: () => string,
): EngineOptions["sessionFiles"] {
  return {
    ...(sessionRotateMinutes === undefined
      ? {}
      : { blocks: Math.ceil(sessionRotateMinutes * 60 * sampleRateHz / blockFrames) }),
    ...(sessionRotateMiB === undefined ? {} : { bytes: sessionRotateMiB * 2 ** 20 }),
    next,
  };
}
