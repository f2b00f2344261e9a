import assert from "node:assert/strict";
import { AccessControl } from "../../../osc/admission/access_control.ts";
import { AdmissionControl } from "../../../osc/admission/admission.ts";
import { queueLimits } from "../../../osc/admission/fair_queue.ts";
import { NetworkList } from "../../../osc/admission/network_list.ts";
import type { PacketTarget } from "../../../osc/admission/packet_target.ts";
import { encodePacket, type OscMessage } from "../../../osc/packet/codec.ts";
import { immediately } from "../../../osc/packet/time_tag.ts";
import { numbered } from "../../../testing/osc/echo.ts";
import { senderAt } from "../../../testing/osc/recording_sender.ts";

/** Admission whose clock stands still and whose turns come when the test says so. */
function admissionTo(begin: PacketTarget["begin"], messagesPerSecond = 0, secret?: string) {
  const clock = { ms: 0 };
  const notices: string[] = [];
  let work: (() => void) | undefined;
  const access = new AccessControl({
    allow: new NetworkList("10.0.0.0/8, 127.0.0.0/8"),
    readOnly: new NetworkList(""),
    secret,
    nowMs: () => clock.ms,
  });
  const admission = new AdmissionControl({
    access,
    messagesPerSecond,
    target: { begin },
    onNotice: (text) => notices.push(text),
    nowMs: () => clock.ms,
    later: (next) => work = next,
  });
  const turn = () => {
    const next = work;
    work = undefined;
    next?.();
    return work !== undefined;
  };
  return { admission, access, clock, notices, turn };
}

const message = encodePacket(numbered(0)); // 12 bytes, less than one message's worth
const numberOf = (packet: unknown) => ((packet as OscMessage).args[0] as { value: number }).value;

/** A bundle of this size in bytes. */
function bundleOf(bytes: number): Uint8Array<ArrayBuffer> {
  const element: OscMessage = { address: "/blob", args: [{ type: "b", value: new Uint8Array(bytes - 36) }] };
  const packet = encodePacket({ timeTag: immediately, elements: [element] });
  assert.equal(packet.length, bytes);
  return packet;
}

Deno.test("a forbidden packet is never read, and noticed at most once in ten seconds", () => {
  const { admission, clock, notices, turn } = admissionTo(() => assert.fail("it was read"));
  for (let packet = 0; packet < 1_000; packet++) {
    clock.ms += 11;
    admission.receive(Uint8Array.of(1, 2, 3), senderAt("192.168.1.1"));
  }
  turn();
  assert.equal(admission.counts.forbidden, 1_000);
  assert.equal(admission.counts.malformed, 0);
  assert.equal(notices.length, 2);
  assert.match(notices[0], /UNDERSTUDY_OSC_ALLOW.*192\.168\.1\.1:9000/);
  assert.equal(admission.counts.senders, 0, "a forbidden sender takes no place");
});

Deno.test("above its rate a sender's packets are dropped and counted, and it is told once a second; others lose nothing", () => {
  let read = 0;
  const { admission, clock, turn } = admissionTo((_, { hostname }) => {
    if (hostname === "10.0.0.1") read++;
  }, 5_000);
  const [loud, quiet] = [senderAt("10.0.0.1"), senderAt("10.0.0.2")];
  for (let ms = 0; ms < 3_000; ms++) {
    clock.ms = ms;
    for (let packet = 0; packet < 20; packet++) admission.receive(message, loud);
    admission.receive(message, quiet);
    turn();
  }
  assert.ok(
    Math.abs(read - 20_000) < 10,
    `${read} were read: a burst of 5,000, and 5,000 in each of three seconds`,
  );
  assert.equal(admission.counts.rateLimited, 60_000 - read);
  assert.equal(admission.counts.packets, 63_000);
  assert.deepEqual(quiet.answers(), []);
  const told = loud.answers();
  assert.equal(told.length, 3, told.join("\n"));
  assert.match(told[2], /^\/dropped \d+ too fast: at most 5000 messages a second$/);
});

Deno.test("a bundle costs its size, unread", () => {
  let read = 0;
  const { admission, turn } = admissionTo(() => void read++, 2_048);
  const sender = senderAt("10.0.0.1");
  admission.receive(bundleOf(60_000), sender);
  admission.receive(bundleOf(60_000), sender);
  turn();
  assert.equal(read, 1);
});

Deno.test("a waiting packet is a copy, keeps its sender's order, and a full queue drops the flooder's packets only", () => {
  const heard: string[] = [];
  const { admission, turn } = admissionTo((packet, { hostname }) =>
    void heard.push(`${hostname === "10.0.0.1" ? "loud" : "quiet"} ${numberOf(packet)}`)
  );
  const [loud, quiet] = [senderAt("10.0.0.1"), senderAt("10.0.0.2")];
  const bytes = message.slice();
  for (let packet = 0; packet < queueLimits.senderPackets + 50; packet++) {
    bytes[11] = packet;
    admission.receive(bytes, loud);
  }
  bytes[11] = 7;
  admission.receive(bytes, quiet);
  bytes.fill(99);
  assert.equal(admission.counts.queueFull, 50);
  while (turn());
  assert.ok(
    heard.indexOf("quiet 7") <= 1_024,
    `heard after ${heard.indexOf("quiet 7")} packets of the flood`,
  );
  assert.deepEqual(heard.slice(0, 3), ["loud 0", "loud 1", "loud 2"]);
  assert.match(loud.answers()[0], /^\/dropped 1 too fast/);
  assert.deepEqual(quiet.answers(), []);
});

Deno.test("200,000 invented senders leave the tables bounded, and do not push out a sender that spoke lately", () => {
  const known = senderAt("10.9.9.9");
  let heard = 0;
  const { admission, clock, turn } = admissionTo((_, sender) => {
    if (sender.key === known.key) heard++;
  }, 100);
  for (let index = 0; index < 200_000; index++) {
    clock.ms += 0.01;
    if (index % 20_000 === 0) admission.receive(message, known);
    admission.receive(message, senderAt(`10.${index & 255}.${(index >> 8) & 255}.1`, index));
    if (index % 1_000 === 0) turn();
  }
  while (turn());
  assert.equal(heard, 10);
  assert.ok(admission.counts.senders <= 1_024);
  assert.ok(admission.counts.newSenders > 199_000, `${admission.counts.newSenders} dropped`);
});

Deno.test("a long packet is carried out a little at a time: others come in between, its sender's next one after it", () => {
  const heard: string[] = [];
  function* steps() {
    for (let step = 0; step < 20; step++) {
      clock.ms += 1;
      heard.push(`step ${step}`);
      yield;
    }
  }
  const { admission, clock, turn } = admissionTo((packet, { hostname }) => {
    const number = numberOf(packet);
    if (number === 99) return steps();
    heard.push(hostname === "10.0.0.1" ? "its next" : `other ${number}`);
  });
  const [long, other] = [senderAt("10.0.0.1"), senderAt("10.0.0.2")];
  admission.receive(encodePacket(numbered(99)), long);
  admission.receive(message, long);
  for (let index = 0; index < 5; index++) admission.receive(encodePacket(numbered(index)), other);
  turn();
  const first = heard.filter((each) => each.startsWith("step")).length;
  assert.ok(first <= 4, `${first} steps of 1 ms in one turn`);
  while (turn());
  assert.equal(admission.counts.waiting, 0);
  assert.ok(heard.indexOf("other 4") < heard.indexOf("step 10"), heard.join(", "));
  assert.deepEqual(heard.slice(-2), ["step 19", "its next"]);
});

Deno.test("malformed packets and errors of the target are counted and reported, and the next packet is carried out", () => {
  const heard: number[] = [];
  function* failing() {
    yield;
    throw new Error("a step breaks");
  }
  const { admission, notices, turn } = admissionTo((packet) => {
    const number = numberOf(packet);
    if (number === 1) throw new Error("a packet breaks");
    if (number === 2) return failing();
    heard.push(number);
  });
  const sender = senderAt("10.0.0.1");
  admission.receive(Uint8Array.of(1, 2, 3), sender);
  for (const number of [1, 2, 3]) admission.receive(encodePacket(numbered(number)), sender);
  while (turn());
  const { malformed, failed } = admission.counts;
  assert.deepEqual([malformed, failed, heard], [1, 2, [3]]);
  assert.deepEqual(notices, [
    "malformed OSC packet from 10.0.0.1:9000: byte 0: expected a size that is a multiple of 4, found 3 bytes (1 so far)",
    "OSC: Error: a packet breaks (1 so far)",
  ]);
});

Deno.test("a sender learns of each of its packets before it is carried out, unless it was dropped", () => {
  const heard: string[] = [];
  const { admission, turn } = admissionTo(() => void heard.push("carried out"), 2_048);
  const sender = { ...senderAt("10.0.0.1"), onRead: () => heard.push("read") };
  admission.receive(bundleOf(60_000), sender);
  admission.receive(bundleOf(60_000), sender);
  admission.receive(Uint8Array.of(1, 2, 3), sender);
  while (turn());
  assert.deepEqual(heard, ["read", "carried out"]);
});

Deno.test("a question is charged with its answers: whoever asks much gets no more answers than messages are allowed", () => {
  let asked = 0;
  const { admission, clock, turn } = admissionTo((_, sender) => {
    asked++;
    for (let answer = 0; answer < 100; answer++) sender.reply(numbered(answer));
  }, 5_000);
  const [loud, quiet] = [senderAt("127.0.0.1", 1), senderAt("127.0.0.1", 2)];
  for (let ms = 0; ms < 2_000; ms++) {
    clock.ms = ms;
    for (let packet = 0; packet < 4; packet++) admission.receive(message, loud);
    while (turn());
  }
  assert.ok(asked >= 140 && asked <= 155, `${asked} questions: a burst of 5,000 answers and 5,000 a second`);
  assert.equal(admission.counts.rateLimited, 8_000 - asked);
  admission.receive(message, quiet);
  while (turn());
  assert.equal(quiet.replies.length, 100);
});

Deno.test("a message is charged with the time that it takes", () => {
  let taken = 0;
  const { admission, clock, turn } = admissionTo(() => {
    taken++;
    clock.ms += 2;
  }, 10_000);
  const sender = senderAt("127.0.0.1");
  for (let packet = 0; packet < 2_000; packet++) {
    admission.receive(message, sender);
    turn();
  }
  // 2 ms are 200 messages, and 20 come in meanwhile: 10,000 are used up after some 56
  assert.ok(taken > 50 && taken < 70, `${taken} of 2,000`);
});

Deno.test("one that asks for long answers gets fewer turns than one that plays", () => {
  const heard: string[] = [];
  const { admission, turn } = admissionTo((_, sender) => {
    const isAsking = sender.key === asking.key;
    heard.push(isAsking ? "question" : "note");
    for (let answer = 0; answer < (isAsking ? 134 : 1); answer++) sender.reply(numbered(answer));
  });
  const [asking, playing] = [senderAt("127.0.0.1", 1), senderAt("127.0.0.1", 2)];
  for (let packet = 0; packet < 100; packet++) admission.receive(message, asking);
  for (let packet = 0; packet < 100; packet++) admission.receive(message, playing);
  while (turn());
  const between = heard.slice(heard.indexOf("note"), heard.lastIndexOf("note"));
  assert.ok(between.filter((each) => each === "question").length <= 4, between.join(" "));
  assert.equal(heard.length, 200);
});

Deno.test("many ports of a host have its share together, and one that sends little is still admitted", () => {
  let read = 0;
  const { admission, clock, turn } = admissionTo(() => void read++, 2_500);
  const [ports, modest] = [20, senderAt("10.0.0.1", 7)];
  let admitted = 0;
  for (let ms = 0; ms < 3_000; ms++) {
    clock.ms = ms;
    for (let port = 0; port < ports; port++) {
      for (let packet = 0; packet < 2; packet++) {
        admission.receive(message, senderAt("10.0.0.1", 1_000 + port));
      }
    }
    while (turn());
    if (ms % 10 > 0) continue;
    const before = read;
    admission.receive(message, modest);
    while (turn());
    admitted += read - before;
  }
  assert.equal(admitted, 300);
  // four times the burst and the rate of one; besides, of each port 256 at once and a twentieth of the rate
  assert.ok(read < 4 * (2_500 + 3 * 2_500) + ports * (256 + 3 * 125) + 300, `${read} of 120,000`);
});

Deno.test("answers of engines are counted, and neither obeyed nor answered", () => {
  const heard: unknown[] = [];
  const { admission, turn } = admissionTo((packet) => void heard.push(packet));
  const sender = senderAt("10.0.0.1");
  for (const address of ["/done", "/fail", "/late", "/synced", "/status.reply", "/event/role"]) {
    admission.receive(encodePacket({ address, args: [] }), sender);
  }
  admission.receive(message, sender);
  while (turn());
  assert.equal(admission.counts.ignored, 6);
  assert.deepEqual(heard, [numbered(0)]);
  assert.deepEqual(sender.replies, []);
});

Deno.test("an address that may be forged gets few answers for its bytes, until the secret was stated or a handshake made", () => {
  const { admission, access, clock, turn } = admissionTo(
    (_, sender) => {
      for (let answer = 0; answer < 200; answer++) sender.reply(numbered(answer));
    },
    0,
    "correct horse",
  );
  const bytesTo = (sender: ReturnType<typeof senderAt>) =>
    sender.replies.splice(0).reduce((sum, answer) => sum + encodePacket(answer).length, 0);
  const forged = Array.from({ length: 50 }, (_, port) => senderAt("127.0.0.1", port));
  const ask = (sender: ReturnType<typeof senderAt>, times: number) => {
    for (let count = 0; count < times; count++) admission.receive(message, sender);
    while (turn());
  };
  for (const sender of forged) ask(sender, 20);
  const sent = message.length * 50 * 20;
  const got = forged.map(bytesTo).reduce((sum, bytes) => sum + bytes);
  assert.ok(got <= 4_096 + 4 * sent, `${got} bytes for ${sent}`);
  assert.ok(admission.counts.held > 0);
  const proven = { ...senderAt("127.0.0.1", 99), isProven: true };
  ask(proven, 1);
  assert.equal(proven.replies.length, 200);
  access.login(forged[0], "correct horse");
  ask(forged[0], 1);
  assert.equal(forged[0].replies.length, 200);
  clock.ms += 3_600_001;
  ask(forged[0], 1);
  assert.ok(bytesTo(forged[0]) < 200 * 12 + 5_000);
});
