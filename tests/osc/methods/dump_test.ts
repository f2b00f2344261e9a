import assert from "node:assert/strict";
import { dumpLine } from "../../../osc/methods/dump.ts";
import type { OscArgument } from "../../../osc/packet/packet.ts";
import { senderAt } from "../../../testing/osc/recording_sender.ts";

const sender = senderAt("10.0.0.1");
const line = (address: string, ...args: OscArgument[]) => dumpLine({ address, args }, sender, true);
const unknown = (address: string, ...args: OscArgument[]) => dumpLine({ address, args }, sender, false);

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

Deno.test("a secret that was sent to a misspelt login or to a pattern is not shown, numbers are", () => {
  const secret: OscArgument = { type: "s", value: "hush" };
  for (const address of ["/Login", "/lo?in", "/keys/login", "//login", "/{login,note}", "/logn"]) {
    assert.equal(unknown(address, secret), `10.0.0.1:9000 ${address} ,s (not shown)`);
    assert.doesNotMatch(unknown(address, { type: "b", value: new TextEncoder().encode("hush") }), /hush|104/);
  }
  assert.equal(unknown("/keys/*", { type: "f", value: 0.5 }), "10.0.0.1:9000 /keys/* ,f 0.5");
});
