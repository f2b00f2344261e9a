import assert from "node:assert/strict";
import fc from "fast-check";
import { Datagrams } from "../../ffi/datagrams.ts";
import { nativeForTests } from "../../testing/native_for_tests.ts";

Deno.test("what is posted leaves whole and in order for each receiver, in runs of one size and otherwise", async () => {
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

Deno.test("what cannot be sent is counted, and the others leave", async () => {
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
