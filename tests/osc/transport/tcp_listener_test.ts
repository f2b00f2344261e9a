import assert from "node:assert/strict";
import { encodePacket } from "../../../osc/packet/codec.ts";
import { frame, framings } from "../../../osc/transport/framing.ts";
import { splitHostAndPort } from "../../../osc/transport/network_address.ts";
import { PortInUseError } from "../../../osc/transport/port_in_use_error.ts";
import { TcpListener, type TcpListenerOptions } from "../../../osc/transport/tcp_listener.ts";
import { Echo, numbered } from "../../../testing/osc/echo.ts";
import { hasIpv6 } from "../../../testing/osc/ipv6.ts";
import { TcpClient } from "../../../testing/osc/tcp_client.ts";
import { TestAdmission } from "../../../testing/osc/test_admission.ts";
import { until } from "../../../testing/until.ts";

async function tcp(
  options: Partial<TcpListenerOptions>,
  work: (host: { listener: TcpListener; echo: Echo; admission: TestAdmission }) => Promise<void>,
  nowMs?: () => number,
): Promise<void> {
  const listener = TcpListener.bind({ hostname: "127.0.0.1", port: 0, framing: "slip", ...options });
  const echo = new Echo();
  const admission = new TestAdmission(echo, { nowMs });
  listener.serve(admission);
  try {
    await work({ listener, echo, admission });
  } finally {
    await listener.stop();
  }
  assert.equal(listener.clients, 0);
}

for (const framing of framings) {
  Deno.test(`TCP with ${framing}: packets are answered in order, also when they come in pieces or many at once`, () =>
    tcp({ framing }, async ({ listener, echo, admission }) => {
      const client = await TcpClient.connect(listener.address, framing);
      const stream = [0, 1, 2, 3].map((number) => frame(framing, encodePacket(numbered(number))));
      await client.sendRaw(Uint8Array.from([...stream[0], ...stream[1], ...stream[2].subarray(0, 9)]));
      await until("two have come", () => echo.messages.length === 2);
      await client.sendRaw(stream[2].subarray(9));
      await client.sendRaw(stream[3]);
      for (let index = 0; index < 4; index++) {
        assert.match((await client.answer())!, /^\/echo \/n tcp 127\.0\.0\.1:\d+$/);
      }
      assert.deepEqual(echo.numbers, [0, 1, 2, 3]);
      assert.deepEqual(admission.notices, []);
      client.close();
      await until("it is gone", () => listener.clients === 0);
    }));
}

Deno.test("TCP recognises each client's framing by its first byte, and answers in the same", () =>
  tcp({ framing: "auto" }, async ({ listener, admission }) => {
    const all = [...framings, "none"] as const;
    const clients = await Promise.all(all.map((framing) => TcpClient.connect(listener.address, framing)));
    for (const turn of [1, 2, 3]) {
      for (const client of clients) {
        await client.send(numbered(turn));
        assert.match((await client.answer())!, /^\/echo \/n tcp /);
      }
    }
    assert.deepEqual(admission.notices, []);
    for (const client of clients) client.close();
  }));

Deno.test("TCP: a client with another framing than the setting is told in the log what to set, and is not kept waiting", async () => {
  for (const [set, sent] of [["slip", "length"], ["length", "slip"]] as const) {
    await tcp({ framing: set }, async ({ listener, admission }) => {
      const client = await TcpClient.connect(listener.address, sent);
      await client.send(numbered(1));
      assert.equal(await client.answer(), undefined);
      client.close();
      assert.match(
        admission.notices[0],
        new RegExp(
          `UNDERSTUDY_OSC_TCP_FRAMING=${set} says, .*: set it to auto or ${sent}; connection closed`,
        ),
      );
    });
  }
});

Deno.test({
  name: "TCP on IPv6",
  ignore: !hasIpv6,
  fn: () =>
    tcp({ hostname: "::1" }, async ({ listener }) => {
      const client = await TcpClient.connect(listener.address, "slip");
      await client.send(numbered(1));
      assert.match((await client.answer())!, /^\/echo \/n tcp \[::1\]:\d+$/);
      client.close();
    }),
});

Deno.test("TCP: a malformed packet is counted with its sender and offset, and the connection goes on", () =>
  tcp({}, async ({ listener, admission }) => {
    const client = await TcpClient.connect(listener.address, "slip");
    await client.sendRaw(frame("slip", Uint8Array.of(47, 97, 0, 1)));
    await client.sendRaw(Uint8Array.of(0xC0, 47, 0xDB, 0xC0));
    await client.send(numbered(1));
    assert.match((await client.answer())!, /^\/echo \/n/);
    assert.equal(admission.counts.malformed, 2);
    assert.equal(admission.notices.length, 1);
    assert.match(
      admission.notices[0],
      /^malformed OSC packet from tcp 127\.0\.0\.1:\d+: byte \d: expected .*\(1 so far\)$/,
    );
    client.close();
  }, () => 0)); // notices come once a second

Deno.test("TCP: a size that cannot be true ends the connection, and is reported", () =>
  tcp({ framing: "length" }, async ({ listener, admission }) => {
    const client = await TcpClient.connect(listener.address, "length");
    await client.sendRaw(new TextEncoder().encode("GET / HTTP/1.1\r\n\r\n"));
    assert.equal(await client.answer(), undefined);
    client.close();
    assert.match(
      admission.notices[0],
      /a size of at most 65536 bytes, found 1195725856; connection closed \(1 so far\)$/,
    );
  }));

Deno.test("TCP: clients beyond the limit are turned away and counted while the others are busy; a place that is free again is given", () =>
  tcp({ maxClients: 2 }, async ({ listener, admission }) => {
    const clients = [
      await TcpClient.connect(listener.address, "slip"),
      await TcpClient.connect(listener.address, "slip"),
    ];
    for (const client of clients) {
      await client.send(numbered(1));
      await client.answer();
    }
    const third = await TcpClient.connect(listener.address, "slip");
    assert.equal(await third.answer(), undefined);
    assert.equal(admission.counts.refused, 1);
    third.close();
    clients[0].close();
    await until("one has left", () => listener.clients === 1);
    const fourth = await TcpClient.connect(listener.address, "slip");
    await fourth.send(numbered(4));
    assert.match((await fourth.answer())!, /^\/echo/);
    fourth.close();
    clients[1].close();
  }));

Deno.test("TCP: 100 connections that say nothing give way to one that does, and a client that speaks keeps its place", () =>
  tcp({ maxClients: 4 }, async ({ listener, admission }) => {
    const client = await TcpClient.connect(listener.address, "slip");
    await client.send(numbered(1));
    await client.answer();
    const silent: TcpClient[] = [];
    for (let count = 0; count < 100; count++) {
      silent.push(await TcpClient.connect(listener.address, "slip"));
    }
    const late = await TcpClient.connect(listener.address, "slip");
    for (const each of [late, client]) {
      await each.send(numbered(2));
      assert.match((await each.answer())!, /^\/echo/);
    }
    assert.equal(listener.clients, 3, "three quarters of the places");
    assert.equal(admission.counts.refused, 99);
    for (const each of [...silent, late, client]) each.close();
  }));

Deno.test("TCP: a client that leaves a packet unfinished is disconnected; one that is silent between packets is not", () =>
  tcp({ unfinishedMs: 60 }, async ({ listener, admission }) => {
    const silent = await TcpClient.connect(listener.address, "slip");
    const stuck = await TcpClient.connect(listener.address, "slip");
    await stuck.sendRaw(frame("slip", encodePacket(numbered(1))).subarray(0, 5));
    assert.equal(await stuck.answer(), undefined);
    assert.equal(admission.counts.refused, 1);
    assert.match(
      admission.notices[0],
      /did not end within 60 ms; connection closed \(its framing: slip, see/,
    );
    await silent.send(numbered(2));
    assert.match((await silent.answer())!, /^\/echo/);
    silent.close();
    stuck.close();
  }));

Deno.test("TCP: a client that does not read its answers is disconnected before they fill the memory", () =>
  tcp({}, async ({ listener, admission }) => {
    const client = await TcpClient.connect(listener.address, "slip");
    const many = Uint8Array.from(
      Array.from({ length: 500 }, () => [...frame("slip", encodePacket(numbered(1)))]).flat(),
    );
    let gone = false;
    await (async () => {
      while (!gone) await client.sendRaw(many);
    })().catch(() => gone = true);
    await until("it is gone", () => listener.clients === 0);
    assert.ok(admission.counts.replies > 0);
    client.close();
  }));

Deno.test("TCP: a taken port is an error that names the remedy", () =>
  tcp({}, ({ listener }) => {
    const { port } = splitHostAndPort(listener.address);
    assert.throws(
      () => TcpListener.bind({ hostname: "127.0.0.1", port, framing: "slip" }),
      (error: Error) => error instanceof PortInUseError && /UNDERSTUDY_OSC_TCP_PORT/.test(error.message),
    );
    return Promise.resolve();
  }));

Deno.test("TCP: 50 times started and stopped with a client connected, it leaves no descriptor", async () => {
  const descriptors = () => [...Deno.readDirSync("/proc/self/fd")].length;
  let early = 0;
  for (let cycle = 0; cycle < 50; cycle++) {
    await tcp({}, async ({ listener }) => {
      const client = await TcpClient.connect(listener.address, "slip");
      await client.send(numbered(cycle));
      await client.answer();
      await listener.stop();
      assert.equal(await client.answer(), undefined);
      client.close();
    });
    if (cycle === 9) early = descriptors();
  }
  await until(`at most ${early} descriptors`, () => descriptors() <= early);
});
