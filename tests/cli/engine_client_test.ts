/** Needs real time: waits for answers that do not come. */
import assert from "node:assert/strict";
import { invocation, typed } from "../../cli/invocation.ts";
import { EngineClient, NoEngineError } from "../../cli/engine_client.ts";
import { UsageError } from "../../cli/usage_error.ts";

const config = { oscHost: "127.0.0.1", oscPort: 57_130 };

/** A port of this machine, taken until the function ends. */
async function withPort(work: (port: number, close: () => void) => Promise<void>): Promise<void> {
  const socket = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
  let isOpen = true;
  const close = () => {
    if (isOpen) socket.close();
    isOpen = false;
  };
  try {
    await work((socket.addr as Deno.NetAddr).port, close);
  } finally {
    close();
  }
}

/** The error with which a question ends. */
async function problemOf(port: number, timeoutMs: number): Promise<string> {
  const client = new EngineClient({ port }, config);
  const error = await client.ask({ address: "/status", args: [] }, () => true, timeoutMs).catch((error) =>
    error
  );
  await client.close();
  assert.ok(error instanceof NoEngineError, String(error));
  return error.message;
}

Deno.test("where nothing listens that is said before the time is over, with the remedy", () =>
  withPort(async (port, close) => {
    close();
    assert.equal(
      await problemOf(port, 60_000),
      `no engine plays at 127.0.0.1:${port}: start one (${
        typed(invocation(), "start")
      }), or name its port with --port`,
    );
  }));

Deno.test("where something listens and does not answer, the time limit is said", () =>
  withPort(async (port) => {
    assert.match(await problemOf(port, 400), /has not answered within 0\.4 s: .*UNDERSTUDY_OSC_ALLOW/);
  }));

Deno.test("an engine is found by the settings, from this machine also where it listens to all", async () => {
  const addressOf = async (oscHost: string, host?: string) => {
    const client = new EngineClient({ ...(host === undefined ? {} : { host }) }, { ...config, oscHost });
    await client.close();
    return client.address;
  };
  assert.equal(await addressOf("0.0.0.0"), "127.0.0.1:57130");
  assert.equal(await addressOf("192.0.2.7"), "192.0.2.7:57130");
  assert.equal(await addressOf("127.0.0.1", "localhost"), "localhost:57130");
  assert.throws(() => new EngineClient({}, { ...config, oscPort: 0 }), UsageError);
});
