import { AccessControl } from "../../osc/admission/access_control.ts";
import { AddressSpace, type AddressSpaceOptions } from "../../osc/methods/address_space.ts";
import { NetworkList } from "../../osc/admission/network_list.ts";
import { AdmissionControl, type AdmissionOptions } from "../../osc/admission/admission.ts";
import { PacketIntake } from "../../osc/transport/intake.ts";
import { UdpListener } from "../../osc/transport/udp_listener.ts";
import { Datagrams } from "../../ffi/datagrams.ts";
import type { NativeLibrary } from "../../ffi/native_symbols.ts";
import { compilePatch } from "../../patches/loading/compile_named.ts";
import { nativeForTests } from "../engine/native_for_tests.ts";
import { startTestEngine, type TestEngine, type TestEngineOptions } from "../engine/test_engine.ts";

/** What hears an engine's OSC on a real socket. */
export interface ServedOsc {
  readonly gate: AdmissionControl;
  readonly intake: PacketIntake;
  readonly listener: UdpListener;
  readonly space: AddressSpace;
  readonly port: number;
  /** Ends what was started here; the engine goes on. */
  stop(): Promise<void>;
}

/** Puts OSC before an engine as `main.ts` does: for this machine, without a limit, unless told otherwise. */
export function serveOsc(
  native: NativeLibrary,
  options: Pick<AddressSpaceOptions, "engine"> & Partial<AddressSpaceOptions & AdmissionOptions>,
): ServedOsc {
  const { access = AccessControl.local(), onNotice = () => {}, messagesPerSecond = 0, later } = options;
  const gate = new AdmissionControl({ access, messagesPerSecond, onNotice, later });
  const intake = new PacketIntake(onNotice, gate);
  const listener = UdpListener.bind({
    hostname: "127.0.0.1",
    port: 0,
    intake,
    access: (address: Deno.NetAddr) => Datagrams.open(native, address),
  });
  const space = new AddressSpace({
    version: "1.2.3",
    loadPatch: () => Promise.resolve(),
    onQuit: () => {},
    ...options,
    access,
  });
  listener.serve(space);
  const stop = async () => {
    await listener.stop();
    space.stop();
  };
  return { gate, intake, listener, space, port: Number(/\d+$/.exec(listener.address)![0]), stop };
}

export interface OscServerOptions extends TestEngineOptions {
  readonly allow?: string;
  readonly readOnly?: string;
  readonly secret?: string;
  readonly messagesPerSecond?: number;
}

/** A running engine that plays `keys`, behind a real socket. */
export interface OscServer extends TestEngine {
  readonly gate: AdmissionControl;
  readonly intake: PacketIntake;
  readonly address: string;
  readonly dumped: readonly string[];
  readonly notices: readonly string[];
  readonly quits: () => number;
  stop(): Promise<void>;
}

/** Starts everything; `stop` ends it. */
export async function startOscServer(options: OscServerOptions = {}): Promise<OscServer> {
  const started = await startTestEngine({ patch: (format) => compilePatch("keys", format), ...options });
  const { native } = await nativeForTests();
  const dumped: string[] = [];
  const notices: string[] = [];
  let quits = 0;
  const access = new AccessControl({
    allow: new NetworkList(options.allow ?? "127.0.0.0/8"),
    readOnly: new NetworkList(options.readOnly ?? ""),
    secret: options.secret,
  });
  const served: ServedOsc = serveOsc(native, {
    engine: started.engine,
    loadPatch: () => Promise.reject(new Error("this server loads no patches")),
    access,
    messagesPerSecond: options.messagesPerSecond ?? 20_000,
    onNotice: (text) => void notices.push(text),
    onQuit: () => quits++,
    onDump: (line) => dumped.push(line),
    traffic: () => ({ packets: served.intake.packets, ...served.intake.counts, ...served.gate.counts }),
    midi: () => ({ connections: 2 }),
  });
  const { gate, intake, listener: { address } } = served;
  const stop = async () => {
    await served.stop();
    await started.engine.stop();
  };
  return { ...started, gate, intake, address, dumped, notices, quits: () => quits, stop };
}
