import assert from "node:assert/strict";
import { OscMonitor } from "../../../osc/admission/osc_monitor.ts";
import type { OscMessage } from "../../../osc/packet/packet.ts";
import type { PacketSender } from "../../../osc/packet/packet_sender.ts";
import { monitoredPerSecond, Monitors } from "../../../osc/subscriptions/monitors.ts";
import { messageText } from "../../../testing/osc/message_text.ts";

/** A monitor of two addresses with one watcher, and what that gets. */
function watched() {
  const traffic = new OscMonitor();
  const got: string[] = [];
  let nowMs = 0;
  const monitors = new Monitors({
    observe: (observer) => traffic.observe(observer),
    isKnown: (address) => ["/note", "/login"].includes(address),
    nowMs: () => nowMs,
  });
  const sender: PacketSender = {
    ...{ key: "127.0.0.1:9", hostname: "127.0.0.1", isLocal: true },
    reply: (message: OscMessage) => {
      got.push(messageText(message));
      traffic.sent(message, "127.0.0.1:9"); // as the way out does
    },
  };
  return { traffic, monitors, sender, got, pass: (ms: number) => void (nowMs += ms) };
}

const s = (value: string) => ({ type: "s", value }) as const;

Deno.test("a watcher gets each message with direction and peer, but no secret and not its own", () => {
  const { traffic, monitors, sender, got } = watched();
  traffic.received({ address: "/note", args: [] }, "a:1");
  monitors.join(sender);
  traffic.received({ address: "/note", args: [{ type: "i", value: 60 }] }, "a:1");
  traffic.sent({ address: "/done", args: [s("/note")] }, "a:1");
  traffic.received({ address: "/login", args: [s("hunter22")] }, "a:1");
  traffic.received({ address: "/logn", args: [s("hunter22"), { type: "i", value: 1 }] }, "a:1");
  assert.deepEqual(got, [
    "/monitor.reply in a:1 /note 60",
    "/monitor.reply out a:1 /done /note",
    "/monitor.reply in a:1 /login (not shown)",
    "/monitor.reply in a:1 /logn (text) 1",
  ]);
  monitors.leave(sender);
  traffic.received({ address: "/note", args: [] }, "a:1");
  assert.equal(got.length, 4);
});

Deno.test("a watcher gets no more than so many a second, and learns how many it missed, also when it asks again", () => {
  const { traffic, monitors, sender, got, pass } = watched();
  monitors.join(sender);
  for (let count = 0; count < monitoredPerSecond + 7; count++) {
    traffic.received({ address: "/note", args: [] }, "a:1");
  }
  assert.equal(got.length, monitoredPerSecond);
  monitors.join(sender);
  pass(1_000);
  traffic.received({ address: "/note", args: [] }, "a:1");
  assert.deepEqual(got.slice(monitoredPerSecond), ["/monitor.reply missed 7", "/monitor.reply in a:1 /note"]);
  monitors.stop();
});
