import { AccessControl } from "../../osc/admission/access_control.ts";
import { AddressSpace, type AddressSpaceOptions } from "../../osc/methods/address_space.ts";
import { NetworkList } from "../../osc/admission/network_list.ts";
import { AdmissionControl, type AdmissionOptions } from "../../osc/admission/admission.ts";
import { splitHostAndPort } from "../../osc/transport/network_address.ts";
import { UdpListener } from "../../osc/transport/udp_listener.ts";
import { Datagrams } from "../../ffi/datagrams.ts";
import type { NativeLibrary } from "../../ffi/native_symbols.ts";
import { compilePatch } from "../patch/compile_named.ts";
import { nativeForTests } from "../native_for_tests.ts";
import { UdpClient } from "./udp_client.ts";
import {
  startTestEngine,
  type SteppedEngine,
  type TestEngine,
  type TestEngineOptions,
} from "../engine/test_engine.ts";

/** OSC on a real socket, in front of an engine. */
export interface ServedOsc {
  readonly admission: AdmissionControl;
  readonly listener: UdpListener;
  readonly space: AddressSpace;
  readonly port: number;
  /** Ends everything but the engine. */
  stop(): Promise<void>;
}

/** Puts OSC in front of an engine as the program does: for this machine and without a limit, unless the options differ. */
export function serveOsc(
  native: NativeLibrary,
  options: Pick<AddressSpaceOptions, "engine"> & Partial<AddressSpaceOptions & AdmissionOptions>,
): ServedOsc {
  const { access = AccessControl.local(), onNotice = () => {}, messagesPerSecond = 0, later } = options;
  const listener = UdpListener.bind({
    hostname: "127.0.0.1",
    port: 0,
    access: (address: Deno.NetAddr) => Datagrams.open(native, address),
  });
  const space = new AddressSpace({
    version: "1.2.3",
    loadPatch: () => Promise.resolve(),
    onQuit: () => {},
    observeTraffic: (observer) => admission.monitor.observe(observer),
    ...options,
    access,
  });
  const admission: AdmissionControl = new AdmissionControl({
    access,
    messagesPerSecond,
    target: space,
    onNotice,
    later,
  });
  listener.serve(admission);
  const stop = async () => {
    await listener.stop();
    space.stop();
  };
  return { admission, listener, space, port: splitHostAndPort(listener.address).port, stop };
}

export interface OscServerOptions extends TestEngineOptions {
  /** The clock of access control, in milliseconds. */
  readonly nowMs?: () => number;
  readonly allow?: string;
  readonly readOnly?: string;
  readonly secret?: string;
  readonly messagesPerSecond?: number;
}

/** A running engine that plays `keys`, behind a real socket. */
export interface OscServer extends TestEngine {
  readonly admission: AdmissionControl;
  readonly listener: UdpListener;
  readonly address: string;
  readonly dumped: readonly string[];
  readonly notices: readonly string[];
  /** Lines about messages that were refused. */
  readonly refused: readonly string[];
  readonly quits: () => number;
  stop(): Promise<void>;
}

/** An OSC server whose engine moves only when the test says so. */
export type SteppedOscServer = OscServer & SteppedEngine;

/** Starts everything; `stop` ends it. */
export async function startOscServer(
  options: OscServerOptions & { readonly driver?: "manual" } = {},
): Promise<OscServer> {
  const started = await startTestEngine({ patch: (format) => compilePatch("keys", format), ...options });
  const { native } = await nativeForTests();
  const dumped: string[] = [];
  const notices: string[] = [];
  const refused: string[] = [];
  let quits = 0;
  const access = new AccessControl({
    allow: new NetworkList(options.allow ?? "127.0.0.0/8"),
    readOnly: new NetworkList(options.readOnly ?? ""),
    secret: options.secret,
    nowMs: options.nowMs,
  });
  const served: ServedOsc = serveOsc(native, {
    engine: started.engine,
    loadPatch: () => Promise.reject(new Error("this server loads no patches")),
    access,
    messagesPerSecond: options.messagesPerSecond ?? 20_000,
    onNotice: (text) => void notices.push(text),
    onQuit: () => quits++,
    onDump: (line) => dumped.push(line),
    onRefused: (line) => refused.push(line),
    traffic: () => served.admission.counts,
    midi: () => ({ connections: 2 }),
  });
  const { admission, listener } = served;
  const stop = async () => {
    await served.stop();
    await started.stop();
  };
  return {
    ...started,
    admission,
    listener,
    address: listener.address,
    dumped,
    notices,
    refused,
    quits: () => quits,
    stop,
  };
}

/** Runs `work` with a client of a server that plays `keys`, whose engine moves only when the test says so. */
export function withOscServer(
  work: (client: UdpClient, server: SteppedOscServer) => Promise<void>,
  options: OscServerOptions & { readonly driver: "manual" },
): Promise<void>;
/** Runs `work` with a client of a server that plays `keys` by the clock. */
export function withOscServer(
  work: (client: UdpClient, server: OscServer) => Promise<void>,
  options?: OscServerOptions,
): Promise<void>;
/** The options say which. */
export async function withOscServer(
  work: (client: UdpClient, server: SteppedOscServer) => Promise<void>,
  options: OscServerOptions & { readonly driver?: "manual" } = {},
): Promise<void> {
  const server = await startOscServer(options);
  const client = new UdpClient(server.address);
  try {
    await work(client, server as SteppedOscServer);
  } finally {
    await client.close();
    await server.stop();
  }
}
