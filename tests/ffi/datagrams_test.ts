import assert from "node:assert/strict";
import { Datagrams } from "../../ffi/datagrams.ts";
import { nativeForTests } from "../../testing/native_for_tests.ts";
import { until } from "../../testing/test_engine.ts";

const { native } = await nativeForTests();
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const bytes = (value: string) => new TextEncoder().encode(value);

/** Two sockets of this process and what gives access to them. */
function pair(hostname: string): [Deno.DatagramConn, Deno.DatagramConn, Datagrams, Datagrams, number] {
  const sockets = [0, 1].map(() => Deno.listenDatagram({ transport: "udp", hostname, port: 0 }));
  const [a, b] = sockets.map(({ addr }) => Datagrams.open(native, addr as Deno.NetAddr)!);
  return [sockets[0], sockets[1], a, b, (sockets[1].addr as Deno.NetAddr).port];
}

for (const hostname of ["127.0.0.1", "::1"]) {
  Deno.test(`datagrams over ${hostname} come in order, from a sender that is the same object each time`, async () => {
    const [one, two, from, to, port] = pair(hostname);
    try {
      const peer = from.peerAt(hostname, port);
      assert.deepEqual([peer.hostname, peer.port], [hostname, port]);
      assert.ok(from.send(bytes("first"), peer));
      for (let number = 0; number < 300; number++) from.post(bytes(`posted ${number}`), peer);
      assert.equal(from.flush(), 0);
      const received: string[] = [];
      const senders = new Set<unknown>();
      await until("all are there", () => {
        for (let count = to.receive(); count > 0; count = to.receive()) {
          for (let index = 0; index < count; index++) {
            received.push(text(to.bytes(index)));
            senders.add(to.peer(index));
          }
        }
        return received.length >= 301;
      });
      assert.deepEqual(received, [
        "first",
        ...Array.from({ length: 300 }, (_, number) => `posted ${number}`),
      ]);
      assert.equal(senders.size, 1);
    } finally {
      one.close();
      two.close();
    }
  });
}

Deno.test("a socket that is not of this process is not found, and one datagram that is too long is lost alone", () => {
  assert.equal(Datagrams.open(native, { hostname: "127.0.0.1", port: 1 }), undefined);
  const [one, two, from, , port] = pair("127.0.0.1");
  const peer = from.peerAt("127.0.0.1", port);
  from.post(new Uint8Array(70_000), peer);
  from.post(bytes("short"), peer);
  assert.equal(from.flush(), 1);
  one.close();
  two.close();
});
