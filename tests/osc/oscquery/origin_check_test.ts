import assert from "node:assert/strict";
import fc from "fast-check";
import { OriginCheck } from "../../../osc/oscquery/origin_check.ts";

const door = new OriginCheck(["stage", "stage.local"], ["https://surface.example", "null"]);

Deno.test("programs that name this machine or its address are welcome", () => {
  for (
    const host of [
      "localhost:57131",
      "127.0.0.1:57131",
      "[::1]:1",
      "192.168.1.9:80",
      "STAGE.local:57131",
      "stage",
    ]
  ) {
    assert.equal(door.refusal(host, null), undefined, host);
  }
});

Deno.test("a name that is not this machine's is turned away, whatever it resolves to", () => {
  for (
    const host of [
      "evil.example:57131",
      "localhost.evil.example",
      "127.0.0.1.evil.example",
      "stage.evil",
      "",
      null,
      "a/b",
    ]
  ) {
    assert.match(door.refusal(host, null) ?? "", /^Host: /, String(host));
  }
  fc.assert(fc.property(fc.domain(), (host) => assert.match(door.refusal(host, null) ?? "", /^Host: /)));
});

Deno.test("web pages of this machine and of listed origins are welcome, all others are turned away", () => {
  const host = "127.0.0.1:57131";
  for (
    const origin of [
      "http://localhost:8080",
      "http://127.0.0.1:57131",
      "https://stage.local",
      "https://surface.example",
      "null",
    ]
  ) assert.equal(door.refusal(host, origin), undefined, origin);
  for (
    const origin of [
      "https://evil.example",
      "http://203.0.113.7",
      "https://surface.example.evil",
      "http://surface.example",
      "https://localhost.evil.example",
      "http://user@localhost",
      "file://localhost",
      "",
    ]
  ) assert.match(door.refusal(host, origin) ?? "", /^Origin: /, origin);
  assert.equal(door.refusal("192.168.1.9:57131", "http://192.168.1.9:8000"), undefined, "served from here");
  assert.match(new OriginCheck([], []).refusal(host, "null") ?? "", /^Origin: /);
  fc.assert(fc.property(fc.webUrl(), (url) => {
    assert.match(door.refusal(host, new URL(url).origin) ?? "", /^Origin: /);
  }));
});
