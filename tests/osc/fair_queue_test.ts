import assert from "node:assert/strict";
import fc from "fast-check";
import { FairQueue } from "../../osc/fair_queue.ts";

const limits = { senderPackets: 1_000, senderBytes: 1 << 20, totalBytes: 2 << 20 };

Deno.test("each sender's packets keep their order, and nothing is lost or doubled", () => {
  const packet = fc.record({ sender: fc.nat(4), bytes: fc.integer({ min: 4, max: 5_000 }), take: fc.nat(2) });
  fc.assert(
    fc.property(fc.array(packet, { maxLength: 300 }), (packets) => {
      const queue = new FairQueue<{ sender: number; order: number }>(limits);
      const out: { sender: number; order: number }[] = [];
      const takeOne = () => {
        const item = queue.next();
        if (item) out.push(item);
        return item !== undefined;
      };
      packets.forEach(({ sender, bytes, take }, order) => {
        assert.ok(queue.push(String(sender), { sender, order }, bytes));
        for (let count = 0; count < take; count++) takeOne();
      });
      while (takeOne());
      for (let sender = 0; sender <= 4; sender++) {
        assert.deepEqual(
          out.filter((item) => item.sender === sender).map(({ order }) => order),
          packets.flatMap((each, order) => each.sender === sender ? [order] : []),
        );
      }
      assert.deepEqual([queue.size, queue.bytes], [0, 0]);
    }),
  );
});

Deno.test("whoever floods, with packets of any size, a quiet sender waits for at most one turn of each of them", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 8, max: 4_000 }), (floods, bytes) => {
      const queue = new FairQueue<string>(limits);
      for (let sender = 0; sender < floods; sender++) {
        for (let packet = 0; packet < 200; packet++) queue.push(`flood ${sender}`, "flood", bytes);
      }
      for (let packet = 0; packet < 50; packet++) queue.next();
      queue.push("quiet", "quiet", 24);
      let before = 0;
      while (queue.next() !== "quiet") before += bytes;
      assert.ok(before <= floods * (1_024 + bytes), `${before} bytes of ${floods} senders went before`);
    }),
  );
});

Deno.test("the queue is bounded by packets and bytes of each sender, and by the bytes of all", () => {
  const small = { senderPackets: 3, senderBytes: 100, totalBytes: 150 };
  const packets = new FairQueue<number>(small);
  assert.deepEqual([1, 2, 3, 4].map((each) => packets.push("a", each, 4)), [true, true, true, false]);
  assert.equal(packets.push("b", 1, 101), true, "a first packet may be larger: it has to fit somewhere");
  assert.equal(packets.push("b", 2, 1), false);
  assert.equal(packets.push("c", 1, 60), false);
  packets.next();
  assert.equal(packets.push("a", 4, 4), true);
});
