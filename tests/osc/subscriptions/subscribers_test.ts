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

Deno.test("the number of subscribers is limited; a subscriber may join again", () => {
  const ended: number[] = [];
  const subscribers = new Subscribers<number>((value) => ended.push(value));
  for (let index = 0; index < maxSubscribers; index++) subscribers.join(senderAt("10.0.0.1", index), index);
  assert.throws(() => subscribers.join(senderAt("10.0.0.2"), 99), /try again when one has left/);
  assert.deepEqual(ended, [99], "what was made for it is undone");
  subscribers.join(senderAt("10.0.0.1", 3), 100);
  assert.equal(subscribers.size, maxSubscribers);
  subscribers.end();
  assert.equal(subscribers.size, 0);
});
