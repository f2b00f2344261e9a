import assert from "node:assert/strict";
import fc from "fast-check";
import { decodePacket, type OscMessage } from "../../../osc/packet/codec.ts";
import { Subscriber } from "../../../osc/oscquery/subscriber.ts";

/** A wire that keeps what was put on it. */
class Wire {
  bufferedAmount = 0;
  readonly texts: string[] = [];
  readonly messages: OscMessage[] = [];

  send(data: string | Uint8Array): void {
    if (typeof data === "string") this.texts.push(data);
    else this.messages.push(decodePacket(data) as OscMessage);
  }

  get values(): number[] {
    return this.messages.map(({ args }) => (args[0] as { value: number }).value);
  }
}

const message = (address: string, value: number): OscMessage => ({ address, args: [{ type: "f", value }] });

Deno.test("the present value comes at once, then changes, and only what is listened to", () => {
  const wire = new Wire();
  const subscriber = new Subscriber(wire);
  subscriber.listen("/a");
  subscriber.flush(() => 1);
  assert.equal(subscriber.touch("/b"), false);
  assert.equal(subscriber.touch("/a"), true);
  subscriber.flush(() => 2);
  subscriber.ignore("/a");
  assert.equal(subscriber.touch("/a"), false);
  subscriber.flush(() => 3);
  assert.deepEqual(wire.messages, [message("/a", 1), message("/a", 2)]);
});

Deno.test("what a client sets is not sent back to it, what another sets later or the engine refused is", () => {
  const wire = new Wire();
  const subscriber = new Subscriber(wire);
  subscriber.listen("/a");
  subscriber.flush(() => 1);
  assert.equal(subscriber.heard(message("/a", 2)), true);
  subscriber.touch("/a");
  subscriber.flush(() => 2);
  assert.deepEqual(wire.values, [1], "no echo");
  subscriber.touch("/a");
  subscriber.flush(() => 3);
  assert.deepEqual(wire.values, [1, 3], "somebody else");
  subscriber.heard({ timeTag: { seconds: 0, fraction: 1 }, elements: [message("/a", 99)] });
  subscriber.flush(() => 3);
  assert.deepEqual(wire.values, [1, 3, 3], "refused: the client shows 99 and must go back");
});

Deno.test("whatever two clients do, at rest both show what holds, and nothing more is sent", () => {
  const step = fc.record({ client: fc.nat(1), value: fc.integer({ min: 0, max: 5 }), flush: fc.boolean() });
  fc.assert(fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
    const wires = [new Wire(), new Wire()];
    const clients = wires.map((wire) => new Subscriber(wire));
    const shown = [NaN, NaN];
    let value = 0;
    const flush = () =>
      clients.forEach((client, index) => {
        const before = wires[index].messages.length;
        client.flush(() => value);
        const sent = wires[index].values.slice(before);
        assert.ok(sent.length <= 1, "one value an address and flush, however many were set");
        if (sent.length > 0) shown[index] = sent[0];
      });
    clients.forEach((client) => client.listen("/a"));
    for (const { client, value: wanted, flush: now } of steps) {
      clients[client].heard(message("/a", wanted));
      shown[client] = wanted;
      if (wanted < 5) { // 5 is refused
        value = wanted;
        clients.forEach((each) => each.touch("/a"));
      }
      if (now) flush();
    }
    flush();
    assert.deepEqual(shown, [value, value]);
    const sent = wires.map(({ messages }) => messages.length);
    flush();
    assert.deepEqual(wires.map(({ messages }) => messages.length), sent);
  }));
});

Deno.test("a client that takes nothing is sent nothing, and the newest value once it takes again", () => {
  const wire = new Wire();
  const subscriber = new Subscriber(wire);
  subscriber.listen("/a");
  wire.bufferedAmount = 10_000_000;
  for (let value = 0; value < 1_000; value++) {
    subscriber.touch("/a");
    assert.equal(subscriber.flush(() => value), false);
    assert.equal(subscriber.answer(message("/done", 0)), false);
  }
  assert.equal(wire.messages.length, 0);
  wire.bufferedAmount = 0;
  assert.equal(subscriber.flush(() => 999), true);
  assert.equal(subscriber.answer(message("/done", 0)), true);
  assert.deepEqual(wire.values, [999, 0]);
});

Deno.test("addresses that are gone are no longer listened to", () => {
  const wire = new Wire();
  const subscriber = new Subscriber(wire);
  subscriber.listen("/a");
  subscriber.listen("/b");
  subscriber.keepOnly((address) => address === "/b");
  subscriber.flush(() => 1);
  assert.deepEqual(wire.messages, [message("/b", 1)]);
  subscriber.command("PATH_CHANGED", "/a");
  assert.deepEqual(wire.texts, ['{"COMMAND":"PATH_CHANGED","DATA":"/a"}']);
});
