/**
 * UDP and TCP, IPv4 and IPv6, with the native part and without it, against real sockets.
 *
 * Covers: osc/transport/intake.ts osc/transport/udp_listener.ts osc/transport/tcp_listener.ts ffi/datagrams.ts
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import { Datagrams } from "../../../ffi/datagrams.ts";
import { encodePacket, type OscBundle, type OscMessage } from "../../../osc/packet/codec.ts";
import { frame, framings } from "../../../osc/transport/framing.ts";
import { PacketIntake, type PacketSender } from "../../../osc/transport/intake.ts";
import { UdpListener } from "../../../osc/transport/udp_listener.ts";
import { TcpListener, type TcpListenerOptions } from "../../../osc/transport/tcp_listener.ts";
import { nativeForTests } from "../../../testing/engine/native_for_tests.ts";
import { until } from "../../../testing/until.ts";
import { TcpClient } from "../../../testing/osc/tcp_client.ts";

/** Answers every message with its address and its sender, and keeps what came. */
class Echo {
  readonly messages: OscMessage[] = [];
  readonly senders = new Set<PacketSender>();

  begin(packet: OscMessage | OscBundle, sender: PacketSender): void {
    const message = packet as OscMessage;
    this.messages.push(message);
    this.senders.add(sender);
    if (message.address === "/break") throw new Error("a handler breaks");
    sender.reply({
      address: "/echo",
      args: [{ type: "s", value: message.address }, { type: "s", value: sender.key }],
    });
  }
}

const numbered = (number: number): OscMessage => ({ address: "/n", args: [{ type: "i", value: number }] });
const numbers = (messages: readonly OscMessage[]) =>
  messages.map(({ args: [arg] }) => (arg as { value: number }).value);
const hasV6 = (() => {
  try {
    Deno.listenDatagram({ transport: "udp", hostname: "::1", port: 0 }).close();
    return true;
  } catch {
    console.error("SKIPPED: IPv6 in the transports: this machine has none");
    return Deno.env.get("CI") === "true";
  }
})();

async function udp(
  options: { hostname?: string; native: boolean; troubles?: string[] },
  work: (listener: UdpListener, echo: Echo, socket: Deno.DatagramConn, to: Deno.NetAddr) => Promise<void>,
): Promise<void> {
  const { hostname = "127.0.0.1", native: withNative, troubles = [] } = options;
  const { native } = await nativeForTests();
  const listener = UdpListener.bind({
    hostname,
    port: 0,
    onTrouble: (text) => troubles.push(text),
    access: withNative ? (address: Deno.NetAddr) => Datagrams.open(native, address) : undefined,
  });
  assert.equal(listener.receiveBufferBytes !== undefined, withNative);
  const echo = new Echo();
  listener.serve(echo);
  const port = Number(/\d+$/.exec(listener.address)![0]);
  const target = hostname === "::" ? "127.0.0.1" : hostname;
  const socket = Deno.listenDatagram({ transport: "udp", hostname: target, port: 0 });
  try {
    await work(listener, echo, socket, { transport: "udp", hostname: target, port });
  } finally {
    socket.close();
    await listener.stop();
  }
}

for (const native of [true, false]) {
  const how = native ? "with the native part" : "without the native part";

  Deno.test(`UDP ${how}: everything arrives in order from one sender, and each is answered to it`, () =>
    udp({ native }, async (listener, echo, socket, to) => {
      for (let number = 0; number < 1_000; number++) {
        await socket.send(encodePacket(numbered(number)), to);
        if (number % 100 === 99) await until("they have come", () => echo.messages.length === number + 1);
      }
      assert.deepEqual(numbers(echo.messages), Array.from({ length: 1_000 }, (_, number) => number));
      const { port } = socket.addr as Deno.NetAddr;
      assert.deepEqual(new Set([...echo.senders].map(({ key }) => key)), new Set([`127.0.0.1:${port}`]));
      assert.ok([...echo.senders].every(({ isLocal }) => isLocal));
      const [answer] = await socket.receive();
      assert.deepEqual(
        answer,
        encodePacket({
          address: "/echo",
          args: [{ type: "s", value: "/n" }, { type: "s", value: `127.0.0.1:${port}` }],
        }),
      );
      assert.equal(listener.troubles, 0);
    }));

  Deno.test(`UDP ${how}: garbage and failing handlers are counted by kind, told once a second, and the rest goes on`, async () => {
    const troubles: string[] = [];
    await udp({ native, troubles }, async (listener, echo, socket, to) => {
      for (let index = 0; index < 50; index++) {
        await socket.send(Uint8Array.of(47, 97, 0, 0, 44, 105, 0, 0), to);
        await socket.send(encodePacket({ address: "/break", args: [] }), to);
      }
      await socket.send(encodePacket(numbered(7)), to);
      await until("the last has come", () => echo.messages.length === 51);
      assert.deepEqual(listener.intake.counts, {
        malformed: 50,
        dropped: 0,
        replies: 0,
        failed: 50,
        refused: 0,
      });
      assert.equal(listener.intake.packets, 101);
    });
    assert.deepEqual(troubles, [
      `malformed OSC packet: byte 8: expected 4 bytes for "i", found 0`,
      "OSC: Error: a handler breaks",
    ]);
  });

  for (const hostname of ["::1", "::"]) {
    Deno.test({
      name: `UDP ${how}: on ${hostname} senders are known by their address and answered`,
      ignore: !hasV6,
      fn: () =>
        udp({ hostname, native }, async (listener, echo, socket, to) => {
          assert.match(listener.address, /^\[::1?\]:\d+$/);
          for (let number = 0; number < 3; number++) await socket.send(encodePacket(numbered(number)), to);
          await until("they have come", () => echo.messages.length === 3);
          const [answer] = await socket.receive();
          const { port } = socket.addr as Deno.NetAddr;
          const key = hostname === "::" ? `127.0.0.1:${port}` : `[::1]:${port}`;
          assert.ok(new TextDecoder().decode(answer).includes(key), key);
          assert.ok([...echo.senders].every((sender) => sender.isLocal && sender.key === key));
        }),
    });
  }
}

Deno.test("UDP: what is posted leaves whole and in order for each receiver, in runs of one size and otherwise", async () => {
  const { native } = await nativeForTests();
  const open = () => Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
  const [from, ...to] = [open(), open(), open()];
  const posting = Datagrams.open(native, from.addr as Deno.NetAddr)!;
  for (const socket of to) Datagrams.open(native, socket.addr as Deno.NetAddr)!.askForBuffer(8 << 20);
  const peers = to.map((socket) => posting.peerAt("127.0.0.1", (socket.addr as Deno.NetAddr).port));
  const one = fc.record({
    receiver: fc.nat(1),
    size: fc.oneof(fc.constant(24), fc.integer({ min: 1, max: 40 }), fc.integer({ min: 900, max: 3_000 })),
    times: fc.integer({ min: 1, max: 100 }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(one, { minLength: 1, maxLength: 8 }), async (runs) => {
      const wanted: Uint8Array[][] = [[], []];
      let number = 0;
      for (const { receiver, size, times } of runs) {
        for (let time = 0; time < times; time++) {
          const bytes = new Uint8Array(size).fill(++number);
          wanted[receiver].push(bytes);
          posting.post(bytes, peers[receiver]);
        }
      }
      assert.equal(posting.flush(), 0);
      for (const [receiver, packets] of wanted.entries()) {
        for (const packet of packets) assert.deepEqual((await to[receiver].receive())[0], packet);
      }
    }),
    { numRuns: 30 },
  );
  for (const socket of [from, ...to]) socket.close();
});

Deno.test("UDP: what cannot be sent is counted, and the others leave", async () => {
  const { native } = await nativeForTests();
  const open = () => Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
  const [from, to] = [open(), open()];
  const posting = Datagrams.open(native, from.addr as Deno.NetAddr)!;
  const good = posting.peerAt("127.0.0.1", (to.addr as Deno.NetAddr).port);
  const bad = posting.peerAt("127.0.0.1", 0); // no port to send to
  for (let index = 0; index < 5; index++) {
    posting.post(Uint8Array.of(index), bad);
    posting.post(Uint8Array.of(index), good);
  }
  assert.equal(posting.flush(), 5);
  for (let index = 0; index < 5; index++) assert.deepEqual((await to.receive())[0], Uint8Array.of(index));
  from.close();
  to.close();
});

Deno.test("UDP: whatever the system drops while nobody reads is counted, to the datagram", () =>
  udp({ native: true }, async (listener, echo, socket, to) => {
    const { native } = await nativeForTests();
    const { port } = socket.addr as Deno.NetAddr;
    const sending = Datagrams.open(native, { hostname: "127.0.0.1", port })!;
    const peer = sending.peerAt(to.hostname, to.port);
    const packet = encodePacket(numbered(1));
    const count = 60_000;
    let sent = 0;
    for (let index = 0; index < count; index++) if (sending.send(packet, peer)) sent++; // this isolate reads nothing meanwhile
    const { intake } = listener;
    await until(
      "all are accounted for",
      () => (listener.countDrops(), intake.packets + intake.counts.dropped === sent),
    );
    assert.ok(intake.counts.dropped > 0, `buffer of ${listener.receiveBufferBytes} bytes`);
    assert.equal(echo.messages.length, intake.packets);
  }));

Deno.test("UDP: while packets come faster than they are read, timers go on", () =>
  udp({ native: true }, async (listener, echo, socket, to) => {
    const { native } = await nativeForTests();
    const { port } = socket.addr as Deno.NetAddr;
    const sending = Datagrams.open(native, { hostname: "127.0.0.1", port })!;
    const peer = sending.peerAt(to.hostname, to.port);
    const packet = encodePacket(numbered(1));
    for (let index = 0; index < 5_000; index++) sending.send(packet, peer);
    let turns = 0;
    let left = 0;
    const timer = setInterval(() => {
      if (echo.messages.length > 0 && echo.messages.length < 5_000) turns++;
      for (let index = 0; index < 500 && left < 20_000; index++, left++) sending.send(packet, peer);
    }, 1);
    await until("they have come", () => echo.messages.length + listener.intake.counts.dropped >= 25_000);
    clearInterval(timer);
    assert.ok(turns > 0);
  }));

async function tcp(
  options: Partial<TcpListenerOptions> & { troubles?: string[] },
  work: (listener: TcpListener, echo: Echo, intake: PacketIntake) => Promise<void>,
): Promise<void> {
  const intake = new PacketIntake((text) => options.troubles?.push(text));
  const listener = TcpListener.bind({
    hostname: "127.0.0.1",
    port: 0,
    framing: "slip",
    intake,
    ...options,
  });
  const echo = new Echo();
  listener.serve(echo);
  try {
    await work(listener, echo, intake);
  } finally {
    await listener.stop();
  }
  assert.equal(listener.clients, 0);
}

for (const framing of framings) {
  Deno.test(`TCP with ${framing}: packets are answered in order, also when they come in pieces or many at once`, () =>
    tcp({ framing }, async (listener, echo, intake) => {
      const client = await TcpClient.connect(listener.address, framing);
      const stream = [0, 1, 2, 3].map((number) => frame(framing, encodePacket(numbered(number))));
      await client.sendRaw(Uint8Array.from([...stream[0], ...stream[1], ...stream[2].subarray(0, 9)]));
      await until("two have come", () => echo.messages.length === 2);
      await client.sendRaw(stream[2].subarray(9));
      await client.sendRaw(stream[3]);
      for (let index = 0; index < 4; index++) {
        assert.match((await client.answer())!, /^\/echo \/n tcp 127\.0\.0\.1:\d+$/);
      }
      assert.deepEqual(numbers(echo.messages), [0, 1, 2, 3]);
      assert.equal(intake.troubles, 0);
      client.close();
      await until("it is gone", () => listener.clients === 0);
    }));
}

Deno.test({
  name: "TCP on IPv6",
  ignore: !hasV6,
  fn: () =>
    tcp({ hostname: "::1" }, async (listener) => {
      const client = await TcpClient.connect(listener.address, "slip");
      await client.send(numbered(1));
      assert.match((await client.answer())!, /^\/echo \/n tcp \[::1\]:\d+$/);
      client.close();
    }),
});

Deno.test("TCP: a malformed packet is counted with its sender and offset, and the connection goes on", async () => {
  const troubles: string[] = [];
  await tcp({ troubles }, async (listener, _, intake) => {
    const client = await TcpClient.connect(listener.address, "slip");
    await client.sendRaw(frame("slip", Uint8Array.of(47, 97, 0, 1)));
    await client.send(numbered(1));
    assert.match((await client.answer())!, /^\/echo \/n/);
    assert.equal(intake.counts.malformed, 1);
    client.close();
  });
  assert.deepEqual(troubles, [`malformed OSC packet: byte 3: expected zero as padding, found 0x01`]);
});

Deno.test("TCP: a size that cannot be true ends the connection, and says so", async () => {
  const troubles: string[] = [];
  await tcp({ framing: "length", troubles }, async (listener) => {
    const client = await TcpClient.connect(listener.address, "length");
    await client.sendRaw(new TextEncoder().encode("GET / HTTP/1.1\r\n\r\n"));
    assert.equal(await client.answer(), undefined);
    client.close();
  });
  assert.match(troubles[0], /a size of at most 65536 bytes, found 1195725856; connection closed/);
});

Deno.test("TCP: clients beyond the limit are turned away and counted; a place that is free again is given", () =>
  tcp({ maxClients: 2 }, async (listener, _, intake) => {
    const clients = [
      await TcpClient.connect(listener.address, "slip"),
      await TcpClient.connect(listener.address, "slip"),
    ];
    await until("both are in", () => listener.clients === 2);
    const third = await TcpClient.connect(listener.address, "slip");
    assert.equal(await third.answer(), undefined);
    assert.equal(intake.counts.refused, 1);
    third.close();
    clients[0].close();
    await until("one has left", () => listener.clients === 1);
    const fourth = await TcpClient.connect(listener.address, "slip");
    await fourth.send(numbered(4));
    assert.match((await fourth.answer())!, /^\/echo/);
    fourth.close();
    clients[1].close();
  }));

Deno.test("TCP: who leaves a packet unfinished is let go; who is silent between packets is not", () =>
  tcp({ unfinishedMs: 60 }, async (listener, _, intake) => {
    const silent = await TcpClient.connect(listener.address, "slip");
    const stuck = await TcpClient.connect(listener.address, "slip");
    await stuck.sendRaw(frame("slip", encodePacket(numbered(1))).subarray(0, 5));
    assert.equal(await stuck.answer(), undefined);
    assert.equal(intake.counts.refused, 1);
    await silent.send(numbered(2));
    assert.match((await silent.answer())!, /^\/echo/);
    silent.close();
    stuck.close();
  }));

Deno.test("TCP: who does not read its answers is let go before they fill the memory", () =>
  tcp({}, async (listener, _, intake) => {
    const client = await TcpClient.connect(listener.address, "slip");
    const many = Uint8Array.from(
      Array.from({ length: 500 }, () => [...frame("slip", encodePacket(numbered(1)))]).flat(),
    );
    let gone = false;
    await (async () => {
      while (!gone) await client.sendRaw(many);
    })().catch(() => gone = true);
    await until("it is gone", () => listener.clients === 0);
    assert.ok(intake.counts.replies > 0);
    client.close();
  }));

Deno.test("50 times started and stopped with clients connected, both listeners leave no descriptor", async () => {
  const descriptors = () => [...Deno.readDirSync("/proc/self/fd")].length;
  let early = 0;
  for (let cycle = 0; cycle < 50; cycle++) {
    await udp({ native: true }, async () => {
      await tcp({}, async (listener) => {
        const client = await TcpClient.connect(listener.address, "slip");
        await client.send(numbered(cycle));
        await client.answer();
        await listener.stop();
        assert.equal(await client.answer(), undefined);
        client.close();
      });
    });
    if (cycle === 9) early = descriptors();
  }
  assert.ok(descriptors() <= early, `descriptors: ${early}, then ${descriptors()}`);
});
