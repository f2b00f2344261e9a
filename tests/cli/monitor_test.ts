import assert from "node:assert/strict";
import { addressFilter, monitoredOf, monitorLine } from "../../cli/monitor.ts";
import { paint } from "../../cli/paint.ts";
import { UsageError } from "../../cli/usage_error.ts";
import { splitHostAndPort } from "../../osc/transport/network_address.ts";
import { startOscServer } from "../../testing/osc/osc_server.ts";
import { UdpClient } from "../../testing/osc/udp_client.ts";
import { until } from "../../testing/until.ts";

const root = new URL("../../", import.meta.url);

Deno.test("a line has time, direction, peer and message", () => {
  const message = { address: "/note", args: [{ type: "i", value: 60 }] } as const;
  const told = {
    address: "/monitor.reply",
    args: [
      ...["in", "127.0.0.1:5000", "/note"].map((value) => ({ type: "s", value }) as const),
      ...message.args,
    ],
  };
  const monitored = monitoredOf(told)!;
  assert.deepEqual(monitored, { direction: "in", peer: "127.0.0.1:5000", message });
  assert.equal(
    monitorLine(monitored, "22:00:00.123", paint({ isTerminal: () => false })),
    "22:00:00.123 in  127.0.0.1:5000        /note 60",
  );
  assert.equal(monitoredOf({ address: "/monitor.reply", args: [] }), undefined);
});

Deno.test("addresses are asked for by their beginning or by a pattern", () => {
  const shown = (pattern: string | undefined) =>
    ["/note", "/keys/note", "/off"].filter(addressFilter(pattern));
  assert.deepEqual(shown(undefined).length, 3);
  assert.deepEqual(shown("/no"), ["/note"]);
  assert.deepEqual(shown("/*/note"), ["/keys/note"]);
  assert.throws(() => addressFilter("/[a"), UsageError);
});

Deno.test("what comes in and goes out is printed, until a signal ends it cleanly", async () => {
  const secret = "correct horse";
  const server = await startOscServer({ driver: "manual", secret });
  const client = new UdpClient(server.address);
  const process = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "main.ts", "monitor", "-p", String(splitHostAndPort(server.address).port)],
    cwd: root,
    env: { NO_COLOR: "1", UNDERSTUDY_OSC_SECRET: secret },
    stdout: "piped",
  }).spawn();
  try {
    let printed = "";
    const reading = (async () => {
      for await (const text of process.stdout.pipeThrough(new TextDecoderStream())) printed += text;
    })();
    // the subscription begins at a moment that nothing but its effect tells
    const asking = setInterval(() => void client.say("/sync", "i", 1), 50);
    await until("a message in the monitor", () => printed.includes("/sync"));
    clearInterval(asking);
    await client.ask("/login", "s", secret);
    await client.ask("/note", "if", 60, 0.5);
    await until("the note in the monitor", () => printed.includes("/done /note"));
    process.kill("SIGINT");
    assert.equal((await process.status).code, 0);
    await reading;
    assert.match(printed, new RegExp(`in  127\\.0\\.0\\.1:${client.port} +/note 60 0\\.5\n`));
    assert.match(printed, /in {2}127\.0\.0\.1:\d+ +\/login "\(not shown\)"\n/);
    assert.ok(!printed.includes(secret));
  } finally {
    await client.close();
    await server.stop();
  }
});
