import type { EngineControl } from "../../../engine/control/control.ts";
import { AddressSpace } from "../../../osc/methods/address_space.ts";
import { OscQueryServer, type OscQueryServerOptions } from "../../../osc/oscquery/server.ts";
import { patchNamed } from "../../../patches/ready/catalogue.ts";
import { compilePatch } from "../../../testing/patch/compile_named.ts";
import { TestAdmission } from "../../../testing/osc/test_admission.ts";
import { startTestEngine } from "../../../testing/engine/test_engine.ts";

/** An engine that plays `keys`, with its address space and OSCQuery in front of it. */
export interface QueryHost {
  readonly engine: EngineControl;
  readonly space: AddressSpace;
  readonly server: OscQueryServer;
  readonly admission: TestAdmission;
}

const format = { sampleRateHz: 48_000, channels: 2, inputChannels: 0, maximumBlockFrames: 128 };

/** Starts one on a free port, does `work`, and ends everything. */
export async function withQueryHost(
  work: (host: QueryHost) => Promise<void>,
  options: Partial<OscQueryServerOptions> = {},
): Promise<void> {
  const { engine } = await startTestEngine({ patch: (format) => compilePatch("keys", format) });
  const space = new AddressSpace({
    engine,
    version: "test",
    loadPatch: async (name) => await engine.loadPatch(patchNamed(name!).build(format)),
    onQuit: () => {},
  });
  const admission = new TestAdmission(space);
  const server = new OscQueryServer({
    hostname: "127.0.0.1",
    port: 0,
    name: "Understudy in a test",
    osc: { hostname: "127.0.0.1", port: 57_130 },
    engine,
    methods: () => space.methods,
    admission,
    allowedOrigins: ["https://surface.example"],
    ...options,
  });
  try {
    await work({ engine, space, server, admission });
  } finally {
    await server.stop();
    space.stop();
    await engine.stop();
  }
}
