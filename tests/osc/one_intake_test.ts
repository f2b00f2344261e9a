/** Admission, limits and turns hold for every transport: each test below runs over each of them, on real sockets. */
import assert from "node:assert/strict";
import { Datagrams } from "../../ffi/datagrams.ts";
import { AccessControl } from "../../osc/admission/access_control.ts";
import { AdmissionControl } from "../../osc/admission/admission.ts";
import { NetworkList } from "../../osc/admission/network_list.ts";
import { AddressSpace } from "../../osc/methods/address_space.ts";
import { OscQueryServer } from "../../osc/oscquery/server.ts";
import { encodePacket, type OscMessage } from "../../osc/packet/codec.ts";
import { immediately } from "../../osc/packet/time_tag.ts";
import { frame, framings } from "../../osc/transport/framing.ts";
import { TcpListener } from "../../osc/transport/tcp_listener.ts";
import { UdpListener } from "../../osc/transport/udp_listener.ts";
import { compilePatch } from "../../testing/patch/compile_named.ts";
import { nativeForTests } from "../../testing/native_for_tests.ts";
import { messageText } from "../../testing/osc/message_text.ts";
import { TcpClient } from "../../testing/osc/tcp_client.ts";
import { UdpClient } from "../../testing/osc/udp_client.ts";
import { WebSocketClient } from "../../testing/osc/web_socket_client.ts";
import { startTestEngine, type TestEngine } from "../../testing/engine/test_engine.ts";
import { until } from "../../testing/until.ts";

/** A client of one transport: sends packets as bytes and keeps the answers as text. */
interface Client {
  readonly answers: string[];
  send(packet: Uint8Array<ArrayBuffer>): Promise<void>;
  close(): Promise<void>;
}

/** A listener of one transport. */
interface Served {
  connect(): Promise<Client>;
  stop(): Promise<void>;
}

type Transport = (host: TestEngine & { space: AddressSpace; admission: AdmissionControl }) => Promise<Served>;

const transports: Readonly<Record<string, Transport>> = {
  "UDP": async ({ admission }) => {
    const { native } = await nativeForTests();
    const access = (address: Deno.NetAddr) => Datagrams.open(native, address);
    return serveUdp(UdpListener.bind({ hostname: "127.0.0.1", port: 0, access }), admission);
  },
  "UDP without the native part": ({ admission }) =>
    Promise.resolve(serveUdp(UdpListener.bind({ hostname: "127.0.0.1", port: 0 }), admission)),
  ...Object.fromEntries(framings.map((framing) => [
    `TCP with ${framing}`,
    (({ admission }) => {
      const listener = TcpListener.bind({ hostname: "127.0.0.1", port: 0, framing });
      listener.serve(admission);
      const connect = async () => {
        const client = await TcpClient.connect(listener.address, framing);
        const answers: string[] = [];
        const ended = (async () => {
          for (let next; (next = await client.answer()) !== undefined;) answers.push(next);
        })();
        return {
          answers,
          send: (packet: Uint8Array<ArrayBuffer>) => client.sendRaw(frame(framing, packet)),
          close: async () => {
            client.close();
            await ended;
          },
        };
      };
      return Promise.resolve({ connect, stop: () => listener.stop() });
    }) satisfies Transport,
  ])),
  "WebSocket": ({ admission, engine, space }) => {
    const server = new OscQueryServer({
      hostname: "127.0.0.1",
      port: 0,
      name: "one intake",
      osc: { hostname: "127.0.0.1", port: 1 },
      engine,
      methods: () => space.methods,
      admission,
      allowedOrigins: [],
    });
    const connect = async () => {
      const client = await WebSocketClient.open(server.url);
      return {
        get answers() {
          return client.messages.map(messageText);
        },
        send: (packet: Uint8Array<ArrayBuffer>) => Promise.resolve(client.send(packet)),
        close: () => client.close(),
      };
    };
    return Promise.resolve({ connect, stop: () => server.stop() });
  },
};

function serveUdp(listener: UdpListener, admission: AdmissionControl): Served {
  listener.serve(admission);
  const connect = () => {
    const client = new UdpClient(listener.address);
    return Promise.resolve({
      get answers() {
        return client.answers.map(messageText);
      },
      send: async (packet: Uint8Array<ArrayBuffer>) => void await client.sendRaw(packet),
      close: () => client.close(),
    });
  };
  return { connect, stop: () => listener.stop() };
}

let started: TestEngine;

Deno.test.beforeAll(async () => {
  started = await startTestEngine({ patch: (format) => compilePatch("sines", format) });
});

Deno.test.afterAll(() => started.engine.stop());

interface Host {
  readonly admission: AdmissionControl;
  readonly notices: readonly string[];
  connect(): Promise<Client>;
  /** Runs one turn of work, if one is due; whether there is more to do. */
  turn(): boolean;
}

/** A clock that moves only when it is read, and turns that come only when the test runs them. */
async function withTransport(
  name: string,
  { allow = "127.0.0.1", messagesPerSecond = 0, readMs = 0 },
  work: (host: Host) => Promise<void>,
): Promise<void> {
  const access = new AccessControl({ allow: new NetworkList(allow), readOnly: new NetworkList("") });
  const space = new AddressSpace({
    engine: started.engine,
    version: "test",
    loadPatch: () => Promise.resolve(),
    onQuit: () => {},
    access,
  });
  const notices: string[] = [];
  let nowMs = 0;
  let due: (() => void) | undefined;
  const admission = new AdmissionControl({
    access,
    messagesPerSecond,
    target: space,
    onNotice: (text) => notices.push(text),
    nowMs: () => nowMs += readMs,
    later: (next) => due = next,
  });
  const turn = () => {
    const next = due;
    due = undefined;
    next?.();
    return due !== undefined;
  };
  const served = await transports[name]({ ...started, space, admission });
  const clients: Client[] = [];
  const connect = async () => {
    const client = await served.connect();
    clients.push(client);
    return client;
  };
  try {
    await work({ admission, notices, connect, turn });
  } finally {
    for (const client of clients) await client.close();
    await served.stop();
    space.stop();
  }
}

const pan = (value: number): OscMessage => ({ address: "/synth/pan", args: [{ type: "f", value }] });
const bundleOf = (messages: readonly OscMessage[]) =>
  encodePacket({ timeTag: immediately, elements: messages });

for (const name of Object.keys(transports)) {
  Deno.test(`${name}: packets from an address that is not allowed are dropped unread, counted and not answered`, () =>
    withTransport(name, { allow: "10.0.0.0/8" }, async ({ admission, notices, connect, turn }) => {
      const client = await connect();
      await client.send(encodePacket(pan(0.5)));
      await client.send(Uint8Array.of(1, 2, 3));
      await until("both have come", () => admission.counts.packets === 2);
      assert.equal(turn(), false);
      const { forbidden, malformed, waiting } = admission.counts;
      assert.deepEqual([forbidden, malformed, waiting], [2, 0, 0]);
      assert.equal(notices.length, 1);
      assert.match(notices[0], /UNDERSTUDY_OSC_ALLOW.*127\.0\.0\.1/);
      assert.deepEqual(client.answers, []);
    }));

  Deno.test(`${name}: above its rate a client's packets are dropped and counted, and it is told so`, () =>
    withTransport(name, { messagesPerSecond: 10 }, async ({ admission, connect, turn }) => {
      const [loud, quiet] = [await connect(), await connect()];
      // the largest packet fits into the burst; two do not
      const large = encodePacket({ address: "/x", args: [{ type: "b", value: new Uint8Array(60_000) }] });
      await loud.send(large);
      await loud.send(large);
      await until("both have come", () => admission.counts.packets === 2);
      await quiet.send(encodePacket(pan(0.5)));
      await until("the other's has come", () => admission.counts.packets === 3);
      while (turn());
      await until("all are answered", () => loud.answers.length === 2 && quiet.answers.length === 1);
      assert.equal(admission.counts.rateLimited, 1);
      assert.equal(loud.answers[0], "/dropped 1 too fast: at most 10 messages a second");
      assert.match(loud.answers[1], /^\/fail \/x/);
      assert.deepEqual(quiet.answers, ["/done /synth/pan"]);
    }));

  Deno.test(`${name}: a long bundle is carried out over many turns, and another client is served in between`, () =>
    withTransport(name, { readMs: 0.3 }, async ({ admission, connect, turn }) => {
      const [long, other] = [await connect(), await connect()];
      const length = 512;
      await long.send(bundleOf(Array.from({ length }, () => ({ address: "/wrong", args: [] }))));
      await until("it has come", () => admission.counts.packets === 1);
      assert.equal(turn(), true, "one turn is not enough");
      await until("some of it is answered", () => long.answers.length > 0);
      assert.ok(long.answers.length < 10, `${long.answers.length} answers in the first turn`);
      await other.send(encodePacket(pan(0.5)));
      await until("the other's has come", () => admission.counts.packets === 2);
      turn();
      await until("the other is answered", () => other.answers.length === 1);
      assert.ok(long.answers.length < 20);
      for (let answered = 0; answered < length; answered = long.answers.length) {
        turn();
        await until("this turn's answers have come", () => long.answers.length > answered);
      }
      while (turn());
      assert.equal(long.answers.length, length);
    }));

  Deno.test(`${name}: a malformed packet is counted and reported with its sender, and the next one is carried out`, () =>
    withTransport(name, {}, async ({ admission, notices, connect, turn }) => {
      const client = await connect();
      await client.send(Uint8Array.of(47, 97, 0, 1));
      await client.send(encodePacket(pan(0.5)));
      await until("both have come", () => admission.counts.packets === 2);
      while (turn());
      await until("it is answered", () => client.answers.length === 1);
      assert.deepEqual(client.answers, ["/done /synth/pan"]);
      assert.equal(admission.counts.malformed, 1);
      assert.match(
        notices[0],
        /^malformed OSC packet from (tcp |ws )?127\.0\.0\.1:\d+: byte 3: expected zero as padding, found 0x01 \(1 so far\)$/,
      );
    }));
}
