import assert from "node:assert/strict";
import { dumpLine } from "../../../osc/methods/dump.ts";
import type { OscArgument } from "../../../osc/packet/packet.ts";
import { senderAt } from "../../../testing/osc/recording_sender.ts";

const sender = senderAt("10.0.0.1");
const line = (address: string, ...args: OscArgument[]) => dumpLine({ address, args }, sender);

Deno.test("a line has the sender, the address, the type tags and the values, and a bounded length", () => {
  assert.equal(line("/note", { type: "i", value: 60 }, { type: "T" }), "10.0.0.1:9000 /note ,iT 60 T");
  assert.equal(line("/x", { type: "s", value: "a".repeat(1_000) }).length, 256);
});

Deno.test("the secret of a login is not shown, the values of addresses that only begin alike are", () => {
  const secret: OscArgument = { type: "s", value: "hush" };
  for (const address of ["/login", "/login/", "/login/now"]) {
    assert.equal(line(address, secret), `10.0.0.1:9000 ${address} ,s (not shown)`);
  }
  for (const address of ["/log", "/logdrum/note", "/loginHall/gainDb", "/a/login"]) {
    assert.equal(line(address, { type: "f", value: 0.5 }), `10.0.0.1:9000 ${address} ,f 0.5`);
  }
});

Deno.test("texts of an address that does not exist are not shown: it may be a misspelt login", () => {
  const args = [{ type: "s", value: "hush hush" }, { type: "i", value: 60 }, { type: "T" }] as const;
  const sender = senderAt("127.0.0.1");
  assert.equal(dumpLine({ address: "/logn", args }, sender, false), "127.0.0.1:9000 /logn ,siT (text) 60 T");
  assert.match(dumpLine({ address: "/patch/load", args }, sender), /hush hush/);
});

Deno.test("control characters of a message cannot forge a line of the log", () => {
  const args = [{ type: "s", value: "a\nb" }] as const;
  assert.match(
    dumpLine({ address: "/x\x1b[2J", args }, senderAt("127.0.0.1")),
    /^\S+ \/x\\u001b\[2J ,s a\\u000ab$/,
  );
});
