import type { Config } from "../config/settings.ts";
import type { Engine } from "../engine/engine.ts";
import type { EngineProcesses } from "../engine/run/engine_processes.ts";
import type { NativeLibrary } from "../ffi/native_symbols.ts";
import type { Log } from "../foundation/logging.ts";
import { MidiInput } from "../midi/midi_input.ts";
import { ProgramChanges } from "../midi/program_changes.ts";
import type { AccessControl } from "../osc/admission/access_control.ts";
import { AdmissionControl } from "../osc/admission/admission.ts";
import { AddressSpace, type AddressSpaceOptions } from "../osc/methods/address_space.ts";
import { KeptListeners } from "../osc/subscriptions/kept_listeners.ts";
import { QueryService } from "../osc/oscquery/query_service.ts";
import type { TcpListener } from "../osc/transport/tcp_listener.ts";
import type { UdpListener } from "../osc/transport/udp_listener.ts";
import type { DatagramPeer } from "../ffi/datagrams.ts";
import { patchNames } from "../patches/ready/catalogue.ts";
import { playDemo } from "./play_demo.ts";

/** Ports of OSC that are bound: packets wait there until they are served. */
export interface Sockets {
  readonly udp: UdpListener<DatagramPeer>;
  readonly tcp: TcpListener | undefined;
  /** HTTP connections of OSCQuery at once. */
  readonly maxHttpConnections?: number;
}

interface InputsOptions extends Pick<AddressSpaceOptions, "loadPatch" | "onQuit"> {
  readonly config: Config;
  readonly native: NativeLibrary;
  /** Of an engine in processes: this one may be followed by another. */
  readonly processes?: EngineProcesses;
  readonly engine: Engine;
  readonly sockets: Sockets;
  readonly access: AccessControl;
  readonly log: Log;
  readonly version: string;
}

/**
 * Everything that plays on a running engine: OSC, OSCQuery, MIDI, and the demo. A start loads this file when the engine is
 * heard already. Main isolate.
 */
export class Inputs {
  readonly #midi: MidiInput | undefined;
  readonly #space: AddressSpace;
  readonly #query: QueryService;
  /** Where another process may follow this one. */
  readonly #kept: KeptListeners | undefined;

  private constructor(
    midi: MidiInput | undefined,
    { space, query, kept }: { space: AddressSpace; query: QueryService; kept: KeptListeners | undefined },
  ) {
    this.#midi = midi;
    this.#space = space;
    this.#query = query;
    this.#kept = kept;
  }

  /** Opens the MIDI inputs and answers the packets of the sockets. Throws what `MidiInput.start` throws. */
  static async open(options: InputsOptions): Promise<Inputs> {
    const { config, native, processes, engine, log, loadPatch } = options;
    const programs = new ProgramChanges(patchNames, loadPatch, log);
    const onProgram = config.midiPrograms ? (program: number) => programs.change(program) : undefined;
    const heldFile = processes?.folder.heldControls;
    const midi = await MidiInput.start({ config, native, engine, log, onProgram, heldFile });
    const served = serve(options, midi);
    if (config.demo) playDemo(engine, config.patch, log);
    return new Inputs(midi, served);
  }

  /** Where a browser finds the engine; undefined: nowhere. */
  get pageUrl(): string | undefined {
    return this.#query.url;
  }

  /** No command comes from here any more; answers that are due still go out until {@link close}. */
  async stop(): Promise<void> {
    await Promise.all([this.#midi?.stop(), this.#query.stop()]);
  }

  /** After {@link stop}, when the sockets are closed as well. */
  close(): void {
    this.#kept?.stop();
    this.#space.stop();
  }
}

/** Answers the packets of the sockets, and OSCQuery. */
function serve(
  options: InputsOptions,
  midi: MidiInput | undefined,
): { space: AddressSpace; query: QueryService; kept: KeptListeners | undefined } {
  const { config, engine, processes, access, log, sockets: { udp, tcp, maxHttpConnections } } = options;
  const space: AddressSpace = new AddressSpace({
    ...options,
    midi: () => midi?.counts ?? {},
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
    log,
  });
  return { space, query, kept };
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
