import assert from "node:assert/strict";
import { senderHost } from "../../../osc/packet/sender_host.ts";

Deno.test("every loopback address is one host, and so is every network of 64 bits of IPv6", () => {
  for (const address of ["127.0.0.1", "127.9.200.3", "::1"]) {
    assert.equal(senderHost(address), "this machine");
  }
  assert.equal(senderHost("10.0.0.7"), "10.0.0.7");
  const network = ["2001:db8::1", "2001:db8:0:0:ffff::2", "2001:db8:0:0:1:2:3:4", "2001:0DB8::"];
  assert.deepEqual(network.map(senderHost), new Array(4).fill("2001:db8:0:0::/64"));
  assert.notEqual(senderHost("2001:db8:0:1::1"), senderHost("2001:db8::1"));
  assert.equal(senderHost("::2"), "0:0:0:0::/64");
});

Deno.test("link-local addresses, which all machines of a network share the prefix of, count for themselves", () => {
  assert.notEqual(senderHost("fe80::1%eth0"), senderHost("fe80::2%eth0"));
});
