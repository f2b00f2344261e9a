import assert from "node:assert/strict";
import { AccessControl, loginSeconds } from "../../../osc/admission/access_control.ts";
import { NetworkList } from "../../../osc/admission/network_list.ts";
import { senderAt } from "../../../testing/osc/recording_sender.ts";

function control(secret?: string) {
  const clock = { ms: 1_000 };
  const access = new AccessControl({
    allow: new NetworkList("127.0.0.0/8, 10.0.0.0/8"),
    readOnly: new NetworkList("10.1.0.0/16, 192.168.0.0/16"),
    secret,
    nowMs: () => clock.ms,
  });
  return { access, clock };
}

Deno.test("networks are forbidden unless let in, and to read only wins", () => {
  const { access } = control();
  assert.deepEqual(
    ["127.0.0.1", "10.2.0.1", "10.1.0.1", "192.168.1.1", "172.16.0.1", "fd00::1"].map((each) =>
      access.verdict(each)
    ),
    ["change", "change", "read", "read", "forbidden", "forbidden"],
  );
  const reader = senderAt("192.168.1.1");
  access.check(reader, "read");
  assert.throws(() => access.check(reader, "change"), /192\.168\.1\.1 may only read/);
});

Deno.test("what may end or break the engine is refused to other machines, also to those that may change the sound", () => {
  const { access } = control();
  access.check(senderAt("10.2.0.1"), "change");
  assert.throws(() => access.check(senderAt("10.2.0.1"), "machine"), /engine's own machine/);
  access.check(senderAt("127.0.0.1"), "machine");
});

Deno.test("with a secret no sender changes the sound before a login, which holds for that sender until it is silent for an hour", () => {
  const { access, clock } = control("correct horse");
  const [sender, other] = [senderAt("127.0.0.1", 1), senderAt("127.0.0.1", 2)];
  assert.throws(() => access.check(sender, "change"), /log in first/);
  assert.throws(() => access.check(sender, "machine"), /log in first/);
  access.check(sender, "read");
  access.login(sender, "correct horse");
  access.check(sender, "machine");
  assert.throws(() => access.check(other, "change"), /log in first/);
  clock.ms += loginSeconds * 1_000 - 1;
  access.check(sender, "change");
  clock.ms += loginSeconds * 1_000 - 1;
  access.check(sender, "change");
  clock.ms += loginSeconds * 1_000 + 1;
  assert.throws(() => access.check(sender, "change"), /log in first/);
});

Deno.test("the right of a sender is told without using it: forbidden, read, login, change, and read-only before all", () => {
  const { access, clock } = control("correct horse");
  const sender = senderAt("127.0.0.1");
  const right = (hostname: string, isReadOnly = false) =>
    access.rightOf({ ...senderAt(hostname), isReadOnly });
  assert.deepEqual(
    [
      right("172.16.0.1"),
      right("172.16.0.1", true),
      right("10.1.0.1"),
      right("10.2.0.1"),
      right("127.0.0.1", true),
    ],
    ["forbidden", "forbidden", "read", "login", "read"],
  );
  access.login(sender, "correct horse");
  assert.equal(access.rightOf(sender), "change");
  clock.ms += loginSeconds * 1_000 + 1;
  assert.equal(access.rightOf(sender), "login");
  access.login(sender, "correct horse");
  assert.throws(() => access.check({ ...sender, isReadOnly: true }, "change"), /UNDERSTUDY_PAGE=read/);
  access.check({ ...sender, isReadOnly: true }, "read");
  assert.equal(control().access.rightOf(sender), "change");
});

Deno.test("after each wrong secret its machine waits twice as long, from whatever port; the right one is refused meanwhile", () => {
  const { access, clock } = control("correct horse");
  for (const seconds of [1, 2, 4, 8, 16, 32, 60, 60]) {
    const sender = senderAt("10.2.0.1", 1_000 + seconds);
    assert.throws(() => access.login(sender, "correct hors"), new RegExp(`again in ${seconds} s`));
    assert.throws(
      () => access.login(senderAt("10.2.0.1"), "correct horse"),
      new RegExp(`again in ${seconds} s`),
    );
    access.login(senderAt("10.2.0.2"), "correct horse");
    clock.ms += seconds * 1_000;
  }
  access.login(senderAt("10.2.0.1"), "correct horse");
  assert.throws(() => access.login(senderAt("10.2.0.1"), ""), /again in 1 s/);
});

Deno.test("addresses are free: a host is 127/8, or 64 bits of IPv6, and all hosts together have few attempts", () => {
  const { access, clock } = control("correct horse");
  const compared = (hostname: string) => {
    try {
      access.login(senderAt(hostname), "guess");
    } catch (error) {
      return /not the secret/.test((error as Error).message);
    }
    throw new Error("let in");
  };
  const countOf = (addresses: readonly string[]) => addresses.filter(compared).length;
  const many = Array.from({ length: 400 }, (_, index) => index);
  assert.equal(countOf(many.map((index) => `127.9.${index >> 8}.${index & 255}`)), 1);
  assert.equal(countOf(many.map((index) => `2001:db8::${index.toString(16)}`)), 1);
  assert.equal(countOf(many.map((index) => `10.2.${index >> 8}.${index & 255}`)), 18, "20 in all");
  clock.ms += 5_000;
  assert.equal(countOf(many.map((index) => `10.3.${index >> 8}.${index & 255}`)), 1, "and one in 5 s");
});

Deno.test("wrong secrets of others keep out neither a sender that has logged in nor a host that is known", () => {
  const { access } = control("correct horse");
  const sender = senderAt("10.2.0.1", 1);
  access.login(sender, "correct horse");
  assert.throws(() => access.login(senderAt("10.2.0.1", 2), "wrong"), /not the secret/);
  assert.throws(() => access.login(senderAt("10.2.0.1", 3), "correct horse"), /again in 1 s/);
  access.login(sender, "correct horse");
  for (let index = 0; index < 50; index++) {
    assert.throws(() => access.login(senderAt(`10.4.0.${index}`), "wrong"));
  }
  assert.throws(() => access.login(senderAt("10.5.0.1"), "correct horse"), /too many wrong secrets/);
  access.check(sender, "change");
  access.login(sender, "correct horse");
});

Deno.test("a host that has stated the right secret once may state it again while all others have to wait", () => {
  const { access } = control("correct horse");
  access.login(senderAt("10.2.0.1", 1), "correct horse");
  for (let index = 0; index < 50; index++) {
    assert.throws(() => access.login(senderAt(`10.4.0.${index}`), "wrong"));
  }
  access.login(senderAt("10.2.0.1", 2), "correct horse");
});

Deno.test("only an address that is certain may subscribe: by a handshake, by the secret, or without one that of this machine", () => {
  const { access } = control("correct horse");
  const local = senderAt("127.0.0.1");
  assert.throws(() => access.checkSubscription(local), /log in first, or ask over TCP/);
  access.checkSubscription({ ...local, isProven: true });
  access.login(local, "correct horse");
  access.checkSubscription(local);
  const open = control().access;
  open.checkSubscription(senderAt("10.2.0.1"));
  assert.deepEqual(
    [senderAt("127.0.0.1"), senderAt("10.2.0.1"), { ...senderAt("10.2.0.1"), isProven: true }]
      .map((sender) => open.isTrusted(sender)),
    [true, false, true],
  );
});

Deno.test("a wrong secret ends no login that holds", () => {
  const { access } = control("correct horse");
  const sender = senderAt("10.2.0.1");
  access.login(sender, "correct horse");
  assert.throws(() => access.login(senderAt("10.2.0.1", 9), "wrong"));
  access.check(sender, "change");
});

Deno.test("100,000 invented addresses leave the tables bounded and the verdicts right", () => {
  const { access } = control("correct horse");
  const before = Deno.memoryUsage().heapUsed;
  for (let index = 0; index < 100_000; index++) {
    const hostname = `172.${index >> 16}.${(index >> 8) & 255}.${index & 255}`;
    assert.equal(access.verdict(hostname), "forbidden");
    assert.throws(() => access.login(senderAt(hostname), "guess"));
  }
  assert.ok(Deno.memoryUsage().heapUsed - before < 32 << 20);
  assert.equal(access.verdict("10.2.0.1"), "change");
});
