import { AccessControl } from "../../osc/access.ts";
import { AddressSpace } from "../../osc/address_space.ts";
import { NetworkList } from "../../osc/cidr.ts";
import { Gate } from "../../osc/gate.ts";
import { PacketIntake } from "../../osc/intake.ts";
import { OscListener } from "../../osc/listener.ts";
import { Datagrams } from "../../ffi/datagrams.ts";
import { compilePatch } from "../../patches/catalogue.ts";
import { nativeForTests } from "../native_for_tests.ts";
import { startTestEngine, type TestEngine, type TestEngineOptions } from "../test_engine.ts";

export interface OscServerOptions extends TestEngineOptions {
  readonly allow?: string;
  readonly readOnly?: string;
  readonly secret?: string;
  readonly messagesPerSecond?: number;
}

/** A running engine that plays `keys`, behind a real socket, put together as `main.ts` does. */
export interface OscServer extends TestEngine {
  readonly gate: Gate;
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
  const onNotice = (text: string) => void notices.push(text);
  const gate = new Gate({ access, messagesPerSecond: options.messagesPerSecond ?? 20_000, onNotice });
  const intake = new PacketIntake(onNotice, gate);
  const listener = OscListener.bind({
    hostname: "127.0.0.1",
    port: 0,
    intake,
    access: (address: Deno.NetAddr) => Datagrams.open(native, address),
  });
  const space = new AddressSpace({
    engine: started.engine,
    version: "1.2.3",
    loadPatch: () => Promise.reject(new Error("this server loads no patches")),
    access,
    onQuit: () => quits++,
    onDump: (line) => dumped.push(line),
    traffic: () => ({ packets: intake.packets, ...intake.counts, ...gate.counts }),
    midi: () => ({ connections: 2 }),
  });
  listener.serve(space);
  const stop = async () => {
    await listener.stop();
    space.stop();
    await started.engine.stop();
  };
  return { ...started, gate, intake, address: listener.address, dumped, notices, quits: () => quits, stop };
}
