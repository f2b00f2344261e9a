import assert from "node:assert/strict";
import type { MonitoredMessage } from "../../../osc/admission/osc_monitor.ts";
import { OscMonitor } from "../../../osc/admission/osc_monitor.ts";
import type { PacketTarget } from "../../../osc/admission/packet_target.ts";
import { encodePacket } from "../../../osc/packet/codec.ts";
import { immediately } from "../../../osc/packet/time_tag.ts";
import { TestAdmission } from "../../../testing/osc/test_admission.ts";
import { until } from "../../../testing/until.ts";
import { senderAt } from "../../../testing/osc/recording_sender.ts";

const shown = ({ direction, peer, message }: MonitoredMessage) => `${direction} ${peer} ${message.address}`;

Deno.test("messages that are let in are shown, those inside bundles one by one, and so are answers", async () => {
  const target: PacketTarget = { begin: (_packet, sender) => sender.reply({ address: "/done", args: [] }) };
  const admission = new TestAdmission(target);
  const seen: string[] = [];
  const stop = admission.monitor.observe((each) => seen.push(shown(each)));
  const sender = senderAt("127.0.0.1");
  const inner = { timeTag: immediately, elements: [{ address: "/b", args: [] }] };
  const bundle = { timeTag: immediately, elements: [{ address: "/a", args: [] }, inner] };
  admission.receive(encodePacket(bundle), sender);
  admission.receive(encodePacket({ address: "/c", args: [] }), senderAt("10.0.0.1")); // not let in
  await until("the answer", () => sender.replies.length === 1);
  const key = sender.key;
  assert.deepEqual(seen, [`in ${key} /a`, `in ${key} /b`, `out ${key} /done`]);
  stop();
  admission.receive(encodePacket({ address: "/d", args: [] }), sender);
  await until("the answer", () => sender.replies.length === 2);
  assert.equal(seen.length, 3);
});

Deno.test("each observer gets each message until it leaves, also one that observes twice", () => {
  const monitor = new OscMonitor();
  let count = 0;
  const observer = () => void count++;
  const [first, second] = [monitor.observe(observer), monitor.observe(observer)];
  const message = { address: "/a", args: [] };
  monitor.sent(message, "x");
  first();
  monitor.received(message, "x");
  second();
  monitor.sent(message, "x");
  assert.equal(count, 3);
});
