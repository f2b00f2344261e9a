import assert from "node:assert/strict";
import { ConnectionStream } from "../../../osc/oscquery/connection_stream.ts";
import { ReadingTurn } from "../../../osc/transport/reading_turn.ts";
import { until } from "../../../testing/until.ts";

async function pair() {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const client = await Deno.connect({ hostname: "127.0.0.1", port: listener.addr.port });
  let gaveWay = 0;
  const stream = new ConnectionStream(await listener.accept(), {
    turn: new ReadingTurn(),
    onGiveWay: () => gaveWay++,
  });
  listener.close();
  return { client, stream, gaveWay: () => gaveWay };
}

Deno.test("bytes pass both ways in order, and the end of either side is passed on", async () => {
  const { client, stream } = await pair();
  const sent = Uint8Array.from({ length: 100_000 }, (_, index) => index % 251);
  const read: number[] = [];
  stream.on("data", (piece: Uint8Array) => read.push(...piece));
  void new Blob([sent]).stream().pipeTo(client.writable, { preventClose: true });
  await until("all has come", () => read.length === sent.length);
  assert.deepEqual(Uint8Array.from(read), sent);
  stream.end("the answer");
  const buffer = new Uint8Array(100);
  assert.equal(new TextDecoder().decode(buffer.subarray(0, (await client.read(buffer))!)), "the answer");
  assert.equal(await client.read(buffer), null);
  client.close();
  await until("it has closed", () => stream.closed);
});

Deno.test("pieces that are written faster than they are taken go out in order, and each is reported", async () => {
  const { client, stream } = await pair();
  const pieces = Array.from({ length: 200 }, (_, index) => new Uint8Array(index).fill(index));
  let reported = 0;
  for (const [index, piece] of pieces.entries()) {
    if (index % 2 === 0) stream.cork();
    stream.write(piece, () => reported++);
    if (index % 2 === 1) stream.uncork();
  }
  stream.end();
  const read: number[] = [];
  for await (const piece of client.readable) read.push(...piece);
  assert.deepEqual(read, pieces.flatMap((piece) => [...piece]));
  assert.equal(reported, pieces.length);
  stream.destroy();
});

Deno.test("a request extends its time, silence does not, and one that gives way is closed", async () => {
  const { client, stream, gaveWay } = await pair();
  const { deadlineMs } = stream;
  assert.ok(!stream.hasSpoken);
  stream.spoke();
  assert.ok(stream.hasSpoken && stream.deadlineMs > deadlineMs);
  stream.giveWay();
  assert.equal(gaveWay(), 1);
  assert.equal(await client.read(new Uint8Array(1)), null);
  client.close();
});
