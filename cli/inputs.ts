import type { Config } from "../config/settings.ts";
import type { Engine } from "../engine/engine.ts";
import type { EngineProcesses } from "../engine/run/engine_processes.ts";
import type { NativeLibrary } from "../ffi/native_symbols.ts";
import type { Log } from "../foundation/logging.ts";
import type { LogMemory } from "../foundation/log_memory.ts";
import { ConfigError } from "../config/config_error.ts";
import { readShowKeys } from "../midi/show_keys.ts";
import { timecodeRates } from "../timecode/timecode.ts";
import { ShowTriggers } from "../triggers/show_triggers.ts";
import { MidiInput } from "../midi/midi_input.ts";
import { monitoringRoutes } from "../monitoring/monitoring_routes.ts";
import { ProgramChanges } from "../midi/program_changes.ts";
import type { AccessControl } from "../osc/admission/access_control.ts";
import { AdmissionControl } from "../osc/admission/admission.ts";
import { AddressSpace, type AddressSpaceOptions } from "../osc/methods/address_space.ts";
import { QlabSpace } from "../osc/qlab/qlab_space.ts";
import { KeptListeners } from "../osc/subscriptions/kept_listeners.ts";
import { QueryService } from "../osc/oscquery/query_service.ts";
import { recordedFiles } from "../osc/page/recorded_files.ts";
import { recordingsRoute } from "../osc/oscquery/recordings_route.ts";
import { pageRoutes } from "../osc/page/page_routes.ts";
import { PageServer } from "../osc/page/page_server.ts";
import type { TcpListener } from "../osc/transport/tcp_listener.ts";
import type { UdpListener } from "../osc/transport/udp_listener.ts";
import type { DatagramPeer } from "../ffi/datagrams.ts";
import { patchNames } from "../patches/ready/catalogue.ts";
import { playDemo } from "./play_demo.ts";
import { timecodeProblem } from "./timecode_problem.ts";

/** Ports of OSC that are bound: packets wait there until they are served. */
export interface Sockets {
  readonly udp: UdpListener<DatagramPeer>;
  readonly tcp: TcpListener | undefined;
  /** For programs that speak to QLab; omitted: none is answered. */
  readonly qlab?: { readonly udp: UdpListener<DatagramPeer>; readonly tcp: TcpListener };
  /** HTTP connections of OSCQuery at once. */
  readonly maxHttpConnections?: number;
}

interface InputsOptions extends Pick<AddressSpaceOptions, "loadPatch" | "onQuit"> {
  readonly config: Config;
  readonly native: NativeLibrary;
  /** Path of the shared object. */
  readonly nativeLibrary: string;
  /** Of an engine in processes: this one may be followed by another. */
  readonly processes?: EngineProcesses;
  readonly engine: Engine;
  readonly sockets: Sockets;
  readonly access: AccessControl;
  readonly log: Log;
  /** The last lines of the log, for pages. */
  readonly lines: LogMemory;
  readonly version: string;
}

/**
 * Everything that plays on a running engine: OSC, OSCQuery, MIDI, and the demo. A start loads this file when the engine is
 * heard already. Main isolate.
 */
export class Inputs {
  readonly #midi: MidiInput | undefined;
  readonly #space: AddressSpace;
  readonly #qlab: QlabSpace;
  readonly #triggers: ShowTriggers;
  readonly #query: QueryService;
  readonly #page: PageServer | undefined;
  /** Where another process may follow this one. */
  readonly #kept: KeptListeners | undefined;

  private constructor(
    midi: MidiInput | undefined,
    { space, qlab, query, page, kept }: Served,
    triggers: ShowTriggers,
  ) {
    triggers.begin();
    this.#triggers = triggers;
    this.#midi = midi;
    this.#space = space;
    this.#qlab = qlab;
    this.#query = query;
    this.#page = page;
    this.#kept = kept;
  }

  /** Opens the MIDI inputs and answers the packets of the sockets. Throws what `MidiInput.start` throws. */
  static async open(options: InputsOptions): Promise<Inputs> {
    const { config, native, processes, engine, log, loadPatch } = options;
    const programs = new ProgramChanges(patchNames, loadPatch, log);
    const onProgram = config.midiPrograms ? (program: number) => programs.change(program) : undefined;
    const heldFile = processes?.folder.heldControls;
    const triggers = showTriggers(options);
    const midi = await MidiInput.start({ config, native, engine, log, onProgram, heldFile, show: triggers });
    const served = serve(options, midi, triggers);
    if (config.demo) playDemo(engine, config.patch, log);
    return new Inputs(midi, served, triggers);
  }

  /** Where a browser finds the engine; undefined: nowhere. */
  get pageUrl(): string | undefined {
    return this.#query.url;
  }

  /** No command comes from here any more; answers that are due still go out until {@link close}. */
  async stop(): Promise<void> {
    this.#triggers.stop();
    await Promise.all([this.#midi?.stop(), this.#page?.stop(), this.#query.stop()]);
  }

  /** After {@link stop}, when the sockets are closed as well. */
  close(): void {
    this.#kept?.stop();
    this.#qlab.stop();
    this.#space.stop();
  }
}

/** The parts that answer clients. */
interface Served {
  readonly space: AddressSpace;
  readonly qlab: QlabSpace;
  readonly query: QueryService;
  readonly page: PageServer | undefined;
  readonly kept: KeptListeners | undefined;
}

/** Answers the packets of the sockets, OSCQuery, and the operator's pages. */
function serve(
  options: InputsOptions,
  midi: MidiInput | undefined,
  triggers: ShowTriggers,
): Served {
  const { config, engine, processes, access, log, lines, nativeLibrary, version } = options;
  const { udp, tcp, qlab: qlabSockets, maxHttpConnections } = options.sockets;
  const qlab = new QlabSpace({
    ...{ show: () => engine.show, access, version, hasSecret: config.oscSecret !== undefined },
    others: { begin: (packet, sender) => space.begin(packet, sender) },
  });
  const space: AddressSpace = new AddressSpace({
    ...options,
    midi: () => midi?.counts ?? {},
    timecode: () => triggers.status.timecode,
    inputs: () => triggers.status.inputs,
    midiZones: config,
    others: qlab,
    programs: patchNames,
    onDump: (line) => log.info(line),
    onRefused: (line) => log.warning(line),
    traffic: () => admission.counts,
    observeTraffic: (observer) => admission.monitor.observe(observer),
  });
  const admission = new AdmissionControl({
    access,
    messagesPerSecond: config.oscMessagesPerSecond,
    target: space,
    onNotice: (text, isLoss) => isLoss ? engine.reportLoss(text) : log.warning(text),
  });
  const kept = processes && keepListeners(processes, space, udp);
  udp.serve(admission);
  tcp?.serve(admission);
  if (tcp) log.info(`OSC over TCP (${config.oscTcpFraming}) on ${tcp.address}`);
  if (qlabSockets) serveQlab(qlabSockets, qlab, options);
  const page = config.page === "off" || config.oscQueryPort === "off" ? undefined : new PageServer({
    ...{ engine, memory: engine.memory, nativeLibrary, version, space, admission, access, log, lines },
    isReadOnly: config.page === "read",
    faultsAllowed: config.faults,
    outputNames: config.outputNames,
    patches: patchNames,
    session: config.session ?? "",
    files: () =>
      recordedFiles({ folder: config.recordingFolder, session: config.session, rec: engine.status().rec }),
  });
  const query = new QueryService({
    hostname: config.oscQueryHost,
    port: config.oscQueryPort,
    allowedOrigins: config.oscQueryOrigins ?? [],
    advertise: config.mdns,
    maxConnections: maxHttpConnections,
    oscAddress: udp.address,
    engine,
    space,
    admission,
    routes: [
      ...(page ? [...page.routes, ...pageRoutes(new URL("../", import.meta.url))] : []),
      recordingsRoute({ folder: config.recordingFolder, access }),
      ...monitoringRoutes({
        engine,
        traffic: () => ({ ...admission.counts, refusedMessages: space.refusedMessages }),
        midi: () => midi?.counts ?? {},
        version: options.version,
      }),
    ],
    log,
  });
  return { space, qlab, query, page, kept };
}

/** What starts cues without GO, as the settings say. */
function showTriggers({ config, engine, log }: InputsOptions): ShowTriggers {
  const problem = timecodeProblem(config);
  if (problem !== undefined) throw new ConfigError([problem]);
  const { timecode: source, timecodeInput } = config;
  const rate = timecodeRates[config.timecodeRate];
  return new ShowTriggers({
    ...{ engine, rate, log, mscDevice: config.mscDevice, source, timecodeInput },
    ...{ offset: config.timecodeOffset, flywheelSeconds: config.flywheelSeconds },
    keys: config.showKeys === undefined ? undefined : readShowKeys(config.showKeys),
  });
}

/** Answers programs that speak to QLab at ports of their own, where its words come before the engine's. */
function serveQlab(
  { udp, tcp }: NonNullable<Sockets["qlab"]>,
  target: QlabSpace,
  { config, access, engine, log }: InputsOptions,
): void {
  const admission = new AdmissionControl({
    access,
    messagesPerSecond: config.oscMessagesPerSecond,
    target,
    onNotice: (text, isLoss) => isLoss ? engine.reportLoss(text) : log.warning(text),
  });
  udp.serve(admission);
  tcp.serve(admission);
  log.info(`QLab's words on ${udp.address}, UDP and TCP`);
}

/** Goes on sending to those who listened to the process before, and keeps who listens for the next one. */
function keepListeners(
  { folder, epoch }: EngineProcesses,
  space: AddressSpace,
  udp: Sockets["udp"],
): KeptListeners {
  const before = KeptListeners.read(folder.listeners);
  if (before) space.resume(before, (key) => udp.senderOf(key), epoch);
  return new KeptListeners(folder.listeners, () => space.listening());
}
