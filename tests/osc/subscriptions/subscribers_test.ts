import assert from "node:assert/strict";
import { maxSubscribers, Subscribers, subscriptionSeconds } from "../../../osc/subscriptions/subscribers.ts";
import { senderAt } from "../../../testing/osc/recording_sender.ts";

Deno.test("a subscription ends five minutes after its sender's last message, and says so", () => {
  const clock = { ms: 0 };
  const ended: string[] = [];
  const subscribers = new Subscribers<string>((value) => ended.push(value), () => clock.ms);
  const [first, second] = [senderAt("10.0.0.1"), senderAt("10.0.0.2")];
  subscribers.join(first, "first");
  subscribers.join(second, "second");
  clock.ms = subscriptionSeconds * 1_000 - 1;
  subscribers.renew(first);
  clock.ms += 2;
  assert.deepEqual(subscribers.current().map(({ value }) => value), ["first"]);
  subscribers.join(first, "again");
  subscribers.leave(first);
  subscribers.leave(first);
  assert.deepEqual(ended, ["second", "first", "again"]);
});

Deno.test("when there are too many, the host that has most loses the one that was silent longest; a subscriber may join again", () => {
  const ended: number[] = [];
  const clock = { ms: 0 };
  const subscribers = new Subscribers<number>((value) => ended.push(value), () => clock.ms++);
  subscribers.join(senderAt("10.0.0.2"), -1);
  for (let index = 1; index < maxSubscribers; index++) subscribers.join(senderAt("10.0.0.1", index), index);
  subscribers.renew(senderAt("10.0.0.1", 1));
  subscribers.join(senderAt("10.0.0.1", 3), 100);
  assert.deepEqual(ended, [3], "it joins again");
  subscribers.join(senderAt("10.0.0.3"), 99);
  assert.deepEqual(ended, [3, 2]);
  assert.equal(subscribers.size, maxSubscribers);
  const values = subscribers.current().map(({ value }) => value);
  assert.ok([-1, 99, 1].every((value) => values.includes(value)));
  subscribers.end();
  assert.equal(subscribers.size, 0);
});

Deno.test("64 ports of one host, renewed for ever, keep nobody out", () => {
  const subscribers = new Subscribers<string>();
  const ports = Array.from({ length: maxSubscribers }, (_, port) => senderAt("127.9.0.1", port));
  for (const port of ports) subscribers.join(port, "hoarder");
  const others = ["127.0.0.1", "10.0.0.1", "10.0.0.2", "fd00::1"].map((host) => senderAt(host, 7));
  for (const other of others) {
    for (const each of [...ports, ...others]) subscribers.renew(each);
    subscribers.join(other, "other");
  }
  assert.equal(subscribers.current().filter(({ value }) => value === "other").length, others.length);
  assert.equal(subscribers.size, maxSubscribers);
  subscribers.end();
});
