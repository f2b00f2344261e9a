import assert from "node:assert/strict";
import { Notifications } from "../../../osc/subscriptions/notifications.ts";
import { senderAt } from "../../../testing/osc/recording_sender.ts";
import { startTestEngine } from "../../../testing/engine/test_engine.ts";
import { until } from "../../../testing/until.ts";

Deno.test("subscribers get what happens until they leave, and none does after the stop", async () => {
  const { engine, lockstep, stop } = await startTestEngine({ driver: "manual" });
  const notifications = new Notifications(engine);
  const [stays, leaves] = [senderAt("127.0.0.1", 1), senderAt("127.0.0.1", 2)];
  const roles = (sender: typeof stays) =>
    sender.replies.filter(({ address }) => address === "/event/role").length;
  notifications.join(stays);
  notifications.join(leaves);
  notifications.renew(stays);
  await lockstep();
  engine.failover();
  await until("both are told", () => roles(stays) >= 2 && roles(leaves) >= 2);
  notifications.leave(leaves);
  assert.equal(notifications.size, 1);
  const [heard, heardBefore] = [roles(stays), roles(leaves)];
  await lockstep();
  engine.failover();
  await until("one is told", () => roles(stays) >= heard + 2);
  assert.equal(roles(leaves), heardBefore);
  notifications.stop();
  assert.equal(notifications.size, 0);
  await stop();
});
