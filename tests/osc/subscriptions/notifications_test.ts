import assert from "node:assert/strict";
import { eventMessage, Notifications } from "../../../osc/subscriptions/notifications.ts";
import { senderAt } from "../../../testing/osc/recording_sender.ts";
import { startTestEngine, until } from "../../../testing/test_engine.ts";
import { textOf } from "../../../testing/osc/udp_client.ts";

Deno.test("events become messages with their arguments; values of parameters do not", () => {
  const text = (event: Parameters<typeof eventMessage>[0]) => {
    const message = eventMessage(event, ["keys"]);
    return message && textOf(message);
  };
  const told = [
    text({ event: "fault", cause: "trap", role: "primary", rendererId: 3, block: 2 ** 31 }),
    text({ event: "role", role: "spare", rendererId: 4 }),
    text({ event: "lockstep", renderers: 3, afterMs: 12.5 }),
    text({ event: "alone" }),
    text({ event: "overload" }),
    text({ event: "quarantine", commands: 2 }),
    text({ event: "device", state: "running", device: "speakers" }),
    text({ event: "patch", patch: "keys" }),
    text({ event: "noteEnd", instrument: 0, id: 60 }),
    text({ event: "silent", instrument: 0 }),
  ];
  assert.deepEqual(told, [
    "/event/fault primary 3 trap -2147483648",
    "/event/role spare 4",
    "/event/lockstep 3 12.5",
    "/event/alone",
    "/event/overload",
    "/event/quarantine 2",
    "/event/device running speakers",
    "/event/patch keys",
    "/event/note/end keys 60",
    "/event/silent keys",
  ]);
  assert.equal(text({ event: "parameter", parameter: 0, value: 1 }), undefined);
});

Deno.test("subscribers get what happens until they leave, and none does after the stop", async () => {
  const { engine } = await startTestEngine();
  const notifications = new Notifications(engine);
  const [stays, leaves] = [senderAt("127.0.0.1", 1), senderAt("127.0.0.1", 2)];
  const roles = (sender: typeof stays) =>
    sender.replies.filter(({ address }) => address === "/event/role").length;
  notifications.join(stays);
  notifications.join(leaves);
  notifications.renew(stays);
  engine.failover();
  await until("both are told", () => roles(stays) === 2 && roles(leaves) === 2);
  notifications.leave(leaves);
  assert.equal(notifications.size, 1);
  engine.failover();
  await until("one is told", () => roles(stays) === 4);
  assert.equal(roles(leaves), 2);
  notifications.stop();
  assert.equal(notifications.size, 0);
  await engine.stop();
});
