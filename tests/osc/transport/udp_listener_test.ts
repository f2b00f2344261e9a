import assert from "node:assert/strict";
import { Datagrams } from "../../../ffi/datagrams.ts";
import { decodePacket, encodePacket, type OscMessage } from "../../../osc/packet/codec.ts";
import { text } from "../../../osc/packet/reply.ts";
import { splitHostAndPort } from "../../../osc/transport/network_address.ts";
import { PortInUseError } from "../../../osc/transport/port_in_use_error.ts";
import { UdpListener } from "../../../osc/transport/udp_listener.ts";
import { nativeForTests } from "../../../testing/native_for_tests.ts";
import { Echo, numbered } from "../../../testing/osc/echo.ts";
import { hasIpv6 } from "../../../testing/osc/ipv6.ts";
import { messageText } from "../../../testing/osc/message_text.ts";
import { TestAdmission } from "../../../testing/osc/test_admission.ts";
import { until } from "../../../testing/until.ts";

interface Host {
  readonly listener: UdpListener;
  readonly admission: TestAdmission;
  readonly echo: Echo;
  /** A client's socket, and where to send. */
  readonly socket: Deno.DatagramConn;
  readonly to: Deno.NetAddr;
}

async function udp(
  { hostname = "127.0.0.1", native: withNative, nowMs, replyPort }: {
    readonly hostname?: string;
    readonly native: boolean;
    /** The clock of admission; that of the machine by default. */
    readonly nowMs?: () => number;
    readonly replyPort?: number;
  },
  work: (host: Host) => Promise<void>,
): Promise<void> {
  const { native } = await nativeForTests();
  const listener = UdpListener.bind({
    hostname,
    port: 0,
    replyPort,
    access: withNative ? (address: Deno.NetAddr) => Datagrams.open(native, address) : undefined,
  });
  assert.equal(listener.receiveBufferBytes !== undefined, withNative);
  const echo = new Echo();
  const admission = new TestAdmission(echo, { nowMs });
  listener.serve(admission);
  const { port } = splitHostAndPort(listener.address);
  const target = hostname === "::" ? "127.0.0.1" : hostname;
  const socket = Deno.listenDatagram({ transport: "udp", hostname: target, port: 0 });
  try {
    await work({ listener, admission, echo, socket, to: { transport: "udp", hostname: target, port } });
  } finally {
    socket.close();
    await listener.stop();
  }
}

/** The next answer at a socket. */
async function answerAt(socket: Deno.DatagramConn): Promise<string> {
  const [bytes] = await socket.receive();
  return messageText(decodePacket(bytes) as OscMessage);
}

for (const native of [true, false]) {
  const how = native ? "with the native part" : "without the native part";

  Deno.test(`UDP ${how}: an answer that no datagram holds is a refusal, and not silence`, () =>
    udp({ native }, async ({ echo, socket, to }) => {
      await socket.send(encodePacket(numbered(1)), to);
      assert.match(await answerAt(socket), /^\/echo/);
      const [sender] = echo.senders;
      const long = "x".repeat(70_000);
      sender.reply({ address: "/done", args: [text("/show/list"), text(long)] });
      assert.match(await answerAt(socket), /^\/fail \/show\/list the answer has 700\d\d bytes, .* over TCP/);
      sender.reply({ address: "/status.reply", args: [text(long)] });
      assert.match(await answerAt(socket), /^\/fail \/status\.reply the answer has 700\d\d bytes/);
    }));

  Deno.test(`UDP ${how}: a sender chooses the port of its host to which its answers go, for itself alone`, () =>
    udp({ native }, async ({ listener, echo, socket, to }) => {
      const elsewhere = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
      const other = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
      const { port } = elsewhere.addr as Deno.NetAddr;
      const ask = async (from: Deno.DatagramConn) => {
        await from.send(encodePacket(numbered(1)), to);
      };
      await ask(socket);
      assert.match(await answerAt(socket), /^\/echo/);
      const [sender] = echo.senders;
      assert.equal(sender.setReplyPort!(splitHostAndPort(listener.address).port), false, "its own port");
      assert.equal(sender.setReplyPort!(port), true);
      await ask(socket);
      assert.match(await answerAt(elsewhere), /^\/echo/);
      await ask(other);
      assert.match(await answerAt(other), /^\/echo/);
      sender.reply(numbered(7));
      assert.equal(await answerAt(elsewhere), "/n 7");
      sender.setReplyPort!(0);
      await ask(socket);
      assert.match(await answerAt(socket), /^\/echo/);
      elsewhere.close();
      other.close();
    }));

  Deno.test(`UDP ${how}: by the setting all answers go to one port; a sender may choose its own again`, async () => {
    const surface = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
    await udp({ native, replyPort: (surface.addr as Deno.NetAddr).port }, async ({ echo, socket, to }) => {
      await socket.send(encodePacket(numbered(1)), to);
      assert.match(await answerAt(surface), /^\/echo/);
      [...echo.senders][0].setReplyPort!(0);
      await socket.send(encodePacket(numbered(2)), to);
      assert.match(await answerAt(socket), /^\/echo/);
    });
    surface.close();
  });

  Deno.test(`UDP ${how}: everything arrives in order from one sender, and each is answered to it`, () =>
    udp({ native }, async ({ admission, echo, socket, to }) => {
      for (let number = 0; number < 1_000; number++) {
        await socket.send(encodePacket(numbered(number)), to);
        if (number % 100 === 99) await until("they have come", () => echo.messages.length === number + 1);
      }
      assert.deepEqual(echo.numbers, Array.from({ length: 1_000 }, (_, number) => number));
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
      assert.deepEqual(admission.notices, []);
    }));

  Deno.test(`UDP ${how}: garbage and failing handlers are counted by kind, reported once a second, and the rest goes on`, () =>
    udp({ native, nowMs: () => 0 }, async ({ admission, echo, socket, to }) => {
      for (let index = 0; index < 50; index++) {
        await socket.send(Uint8Array.of(47, 97, 0, 0, 44, 105, 0, 0), to);
        await socket.send(encodePacket({ address: "/break", args: [] }), to);
      }
      await socket.send(encodePacket(numbered(7)), to);
      await until("the last has come", () => echo.messages.length === 51);
      const { malformed, dropped, replies, failed, refused, packets } = admission.counts;
      assert.deepEqual([malformed, dropped, replies, failed, refused, packets], [50, 0, 0, 50, 0, 101]);
      const { port } = socket.addr as Deno.NetAddr;
      assert.deepEqual(admission.notices, [
        `malformed OSC packet from 127.0.0.1:${port}: byte 8: expected 4 bytes for "i", found 0 (1 so far)`,
        "OSC: Error: a handler breaks (1 so far)",
      ]);
    }));

  for (const hostname of ["::1", "::"]) {
    Deno.test({
      name: `UDP ${how}: on ${hostname} senders are known by their address and answered`,
      ignore: !hasIpv6,
      fn: () =>
        udp({ hostname, native }, async ({ listener, echo, socket, to }) => {
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

Deno.test("UDP: what the system drops while the isolate is busy is counted, to the datagram", () =>
  udp({ native: true }, async ({ listener, admission, echo, socket, to }) => {
    const { native } = await nativeForTests();
    const { port } = socket.addr as Deno.NetAddr;
    const sending = Datagrams.open(native, { hostname: "127.0.0.1", port })!;
    const peer = sending.peerAt(to.hostname, to.port);
    const packet = encodePacket(numbered(1));
    const count = 60_000;
    let sent = 0;
    for (let index = 0; index < count; index++) if (sending.send(packet, peer)) sent++; // this isolate reads nothing meanwhile
    await until(
      "all are accounted for",
      () => (listener.countDrops(), admission.counts.packets + admission.counts.dropped === sent),
    );
    await until("all that were read are carried out", () => admission.counts.waiting === 0);
    assert.ok(admission.counts.dropped > 0, `buffer of ${listener.receiveBufferBytes} bytes`);
    assert.equal(echo.messages.length + admission.counts.queueFull, admission.counts.packets);
  }));

Deno.test("UDP: while packets come faster than they are read, timers go on", () =>
  udp({ native: true }, async ({ admission, echo, socket, to }) => {
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
    await until("they have come", () => {
      const { dropped, queueFull } = admission.counts;
      return echo.messages.length + dropped + queueFull >= 25_000;
    });
    clearInterval(timer);
    assert.ok(turns > 0);
  }));

for (const hostname of ["127.0.0.1", "0.0.0.0"]) {
  Deno.test(`UDP: packets from the engine's own address on ${hostname} are counted and not carried out`, async () => {
    const { native } = await nativeForTests();
    const datagrams: Datagrams[] = [];
    const listener = UdpListener.bind({
      hostname,
      port: 0,
      access: (address) => {
        const opened = Datagrams.open(native, address)!;
        datagrams.push(opened);
        return opened;
      },
    });
    const { port } = splitHostAndPort(listener.address);
    const echo = new Echo();
    const admission = new TestAdmission(echo);
    listener.serve(admission);
    const [own] = datagrams;
    assert.ok(own.send(encodePacket(numbered(1)), own.peerAt("127.0.0.1", port)));
    await until("it has come back", () => admission.counts.ignored === 1);
    const other = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
    await other.send(encodePacket(numbered(2)), { transport: "udp", hostname: "127.0.0.1", port });
    await until("the other's is carried out", () => echo.numbers.length > 0);
    assert.deepEqual(echo.numbers, [2]);
    other.close();
    await listener.stop();
  });
}

Deno.test("UDP: two engines that were put in touch by a forged packet say no more than one answer", async () => {
  const { native } = await nativeForTests();
  const access = (address: Deno.NetAddr) => Datagrams.open(native, address)!;
  const sides = [0, 1].map(() => {
    const listener = UdpListener.bind({ hostname: "127.0.0.1", port: 0, access });
    let answered = 0;
    const admission = new TestAdmission({
      begin: (packet, sender) => {
        answered++;
        sender.reply({ address: "/fail", args: [{ type: "s", value: (packet as OscMessage).address }] });
      },
    });
    listener.serve(admission);
    return { listener, admission, answered: () => answered };
  });
  const [first, second] = sides;
  const { port } = splitHostAndPort(second.listener.address);
  // as a packet to the first one with the second's address as its source
  first.admission.receive(encodePacket(numbered(1)), {
    key: second.listener.address,
    hostname: "127.0.0.1",
    isLocal: true,
    reply: (message) => {
      const socket = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
      void socket.send(encodePacket(message), { transport: "udp", hostname: "127.0.0.1", port })
        .finally(() => socket.close());
    },
  });
  await until("the answer has come", () => second.admission.counts.ignored === 1);
  assert.deepEqual([first.answered(), second.answered()], [1, 0]);
  await Promise.all(sides.map(({ listener }) => listener.stop()));
});

Deno.test("UDP: a taken port is an error that names the remedy", async () => {
  const first = UdpListener.bind({ hostname: "127.0.0.1", port: 0 });
  const { port } = splitHostAndPort(first.address);
  assert.throws(
    () => UdpListener.bind({ hostname: "127.0.0.1", port }),
    (error: Error) => error instanceof PortInUseError && /UNDERSTUDY_OSC_PORT/.test(error.message),
  );
  await first.stop();
});

Deno.test("UDP: 50 times started and stopped, it leaves no descriptor", async () => {
  const descriptors = () => [...Deno.readDirSync("/proc/self/fd")].length;
  let early = 0;
  for (let cycle = 0; cycle < 50; cycle++) {
    await udp({ native: true }, async ({ socket, to }) => {
      await socket.send(encodePacket(numbered(cycle)), to);
      await socket.receive();
    });
    if (cycle === 9) early = descriptors();
  }
  await until(`at most ${early} descriptors`, () => descriptors() <= early);
});
