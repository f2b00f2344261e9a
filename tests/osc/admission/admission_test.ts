import assert from "node:assert/strict";
import { AccessControl } from "../../../osc/admission/access_control.ts";
import { NetworkList } from "../../../osc/admission/network_list.ts";
import { queueLimits } from "../../../osc/admission/fair_queue.ts";
import { AdmissionControl } from "../../../osc/admission/admission.ts";
import { senderAt } from "../../../testing/osc/recording_sender.ts";

/** A gate whose clock stands still and whose turns come when the test says so. */
function gateOf(messagesPerSecond: number) {
  const clock = { ms: 0 };
  const notices: string[] = [];
  let work: (() => void) | undefined;
  const access = new AccessControl({ allow: new NetworkList("10.0.0.0/8"), readOnly: new NetworkList("") });
  const gate = new AdmissionControl({
    access,
    messagesPerSecond,
    onNotice: (text) => notices.push(text),
    nowMs: () => clock.ms,
    later: (next) => work = next,
  });
  const turn = () => {
    const next = work;
    work = undefined;
    next?.();
  };
  return { gate, clock, notices, turn };
}

Deno.test("a forbidden packet is never read, and noticed at most once in ten seconds", () => {
  const { gate, clock, notices, turn } = gateOf(0);
  for (let packet = 0; packet < 1_000; packet++) {
    clock.ms += 11;
    gate.receive(new Uint8Array(8), senderAt("192.168.1.1"), () => assert.fail("it was read"));
  }
  turn();
  assert.equal(gate.counts.forbidden, 1_000);
  assert.equal(notices.length, 2);
  assert.match(notices[0], /UNDERSTUDY_OSC_ALLOW.*192\.168\.1\.1:9000/);
  assert.equal(gate.counts.senders, 0, "a forbidden sender takes no place");
});

Deno.test("above its rate a sender's packets are dropped, counted, and told it once a second; others lose nothing", () => {
  const { gate, clock, turn } = gateOf(5_000);
  const [loud, quiet] = [senderAt("10.0.0.1"), senderAt("10.0.0.2")];
  let read = 0;
  for (let ms = 0; ms < 3_000; ms++) {
    clock.ms = ms;
    for (let packet = 0; packet < 20; packet++) gate.receive(new Uint8Array(24), loud, () => void read++);
    gate.receive(new Uint8Array(24), quiet, () => {});
    turn();
  }
  assert.ok(
    Math.abs(read - 20_000) < 10,
    `${read} were read: a burst of 5,000, and 5,000 in each of three seconds`,
  );
  assert.equal(gate.counts.rateLimited, 60_000 - read);
  assert.deepEqual(quiet.answers(), []);
  const told = loud.answers();
  assert.equal(told.length, 3, told.join("\n"));
  assert.match(told[2], /^\/dropped \d+ too fast: at most 5000 messages a second$/);
});

Deno.test("a bundle costs what it weighs, unread", () => {
  const { gate, turn } = gateOf(2_048);
  const sender = senderAt("10.0.0.1");
  let read = 0;
  gate.receive(new Uint8Array(60_000), sender, () => void read++);
  gate.receive(new Uint8Array(60_000), sender, () => void read++);
  turn();
  assert.equal(read, 1);
});

Deno.test("what waits was copied, keeps its sender's order, and a full queue drops the flooder's packets only", () => {
  const { gate, turn } = gateOf(0);
  const [loud, quiet] = [senderAt("10.0.0.1"), senderAt("10.0.0.2")];
  const bytes = new Uint8Array([0]);
  const heard: string[] = [];
  for (let packet = 0; packet < queueLimits.senderPackets + 50; packet++) {
    bytes[0] = packet;
    gate.receive(bytes, loud, (own) => void heard.push(`loud ${own[0]}`));
  }
  bytes[0] = 7;
  gate.receive(bytes, quiet, (own) => void heard.push(`quiet ${own[0]}`));
  bytes[0] = 99;
  assert.equal(gate.counts.queueFull, 50);
  turn();
  assert.ok(
    heard.indexOf("quiet 7") <= 1_024,
    `heard after ${heard.indexOf("quiet 7")} packets of the flood`,
  );
  assert.deepEqual(heard.slice(0, 3), ["loud 0", "loud 1", "loud 2"]);
  assert.match(loud.answers()[0], /^\/dropped 1 too fast/);
  assert.deepEqual(quiet.answers(), []);
});

Deno.test("200,000 invented senders leave the tables bounded, and push nobody out who spoke lately", () => {
  const { gate, clock, turn } = gateOf(100);
  const known = senderAt("10.9.9.9");
  let heard = 0;
  for (let index = 0; index < 200_000; index++) {
    clock.ms += 0.01;
    if (index % 20_000 === 0) gate.receive(new Uint8Array(8), known, () => void heard++);
    gate.receive(new Uint8Array(8), senderAt(`10.${index & 255}.${(index >> 8) & 255}.1`, index), () => {});
    if (index % 1_000 === 0) turn();
  }
  turn();
  assert.equal(heard, 10);
  assert.ok(gate.counts.senders <= 1_024);
  assert.ok(gate.counts.newSenders > 199_000, `${gate.counts.newSenders} dropped`);
});

Deno.test("a long packet is done a little at a time: others come in between, its sender's next one after it", () => {
  const { gate, clock, turn } = gateOf(0);
  const [long, other] = [senderAt("10.0.0.1"), senderAt("10.0.0.2")];
  const heard: string[] = [];
  function* steps() {
    for (let step = 0; step < 20; step++) {
      clock.ms += 1;
      heard.push(`step ${step}`);
      yield;
    }
  }
  const packet = new Uint8Array(24);
  gate.receive(packet, long, steps);
  gate.receive(packet, long, () => void heard.push("its next"));
  for (let index = 0; index < 5; index++) {
    gate.receive(packet, other, () => void heard.push(`other ${index}`));
  }
  turn();
  const first = heard.filter((each) => each.startsWith("step")).length;
  assert.ok(first <= 4, `${first} steps of 1 ms in one turn`);
  while (gate.counts.waiting > 0) turn();
  assert.ok(heard.indexOf("other 4") < heard.indexOf("step 10"), heard.join(", "));
  assert.deepEqual(heard.slice(-2), ["step 19", "its next"]);
});
