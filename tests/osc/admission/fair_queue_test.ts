import assert from "node:assert/strict";
import fc from "fast-check";
import { FairQueue } from "../../../osc/admission/fair_queue.ts";

const limits = { senderPackets: 1_000, senderBytes: 1 << 20, totalBytes: 2 << 20 };

Deno.test("each sender's packets keep their order, and nothing is lost or doubled", () => {
  const packet = fc.record({ sender: fc.nat(4), bytes: fc.integer({ min: 4, max: 5_000 }), take: fc.nat(2) });
  fc.assert(
    fc.property(fc.array(packet, { maxLength: 300 }), (packets) => {
      const queue = new FairQueue<{ sender: number; order: number }>(limits);
      const out: { sender: number; order: number }[] = [];
      const takeOne = () => {
        const taken = queue.shift();
        if (!taken) return false;
        out.push(taken.item);
        const { order } = taken.item;
        assert.deepEqual([...taken.bytes], new Array(packets[order].bytes).fill(order & 0xFF));
        return true;
      };
      packets.forEach(({ sender, bytes, take }, order) => {
        assert.ok(queue.push(String(sender), { sender, order }, new Uint8Array(bytes).fill(order)));
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

Deno.test("a quiet sender waits for at most one turn of each flooding sender, whatever the size of packets", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 8, max: 4_000 }), (floods, bytes) => {
      const queue = new FairQueue<string>(limits);
      for (let sender = 0; sender < floods; sender++) {
        for (let packet = 0; packet < 200; packet++) {
          queue.push(`flood ${sender}`, "flood", new Uint8Array(bytes));
        }
      }
      for (let packet = 0; packet < 50; packet++) queue.shift();
      queue.push("quiet", "quiet", new Uint8Array(24));
      let before = 0;
      while (queue.shift()!.item !== "quiet") before += bytes;
      assert.ok(before <= floods * (1_024 + bytes), `${before} bytes of ${floods} senders went before`);
    }),
  );
});

Deno.test("the queue is bounded by packets and bytes of each sender, and by the bytes of all", () => {
  const small = { senderPackets: 3, senderBytes: 100, totalBytes: 150 };
  const packets = new FairQueue<number>(small);
  assert.deepEqual([1, 2, 3, 4].map((each) => packets.push("a", each, new Uint8Array(4))), [
    true,
    true,
    true,
    false,
  ]);
  assert.equal(
    packets.push("b", 1, new Uint8Array(101)),
    true,
    "a first packet may be larger: it has to fit somewhere",
  );
  assert.equal(packets.push("b", 2, new Uint8Array(1)), false);
  assert.equal(packets.push("c", 1, new Uint8Array(60)), false);
  packets.shift();
  assert.equal(packets.push("a", 4, new Uint8Array(4)), true);
});

Deno.test("a sender that is held back gets no turn, keeps what it sent, and goes on where it was when it is let go", () => {
  const queue = new FairQueue<string>(limits);
  const packet = new Uint8Array(24);
  const rest = () => {
    const out: string[] = [];
    for (let taken = queue.shift(); taken; taken = queue.shift()) out.push(taken.item);
    return out;
  };
  for (const item of ["a1", "a2", "b1"]) queue.push(item[0], item, packet);
  assert.equal(queue.shift()!.item, "a1");
  queue.suspend("a");
  queue.push("a", "a3", packet);
  assert.deepEqual(rest(), ["b1"]);
  assert.equal(queue.size, 2);
  queue.resume("a");
  assert.deepEqual(rest(), ["a2", "a3"]);
  queue.suspend("a"); // nothing of it waits yet
  queue.push("a", "a4", packet);
  assert.deepEqual(rest(), []);
  queue.resume("a");
  assert.deepEqual(rest(), ["a4"]);
});
