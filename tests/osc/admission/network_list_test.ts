import assert from "node:assert/strict";
import fc from "fast-check";
import { NetworkList, NetworkListError } from "../../../osc/admission/network_list.ts";

Deno.test("IPv4: an address is in a network exactly when their first bits are the same", () => {
  const dotted = (bits: number) => [24, 16, 8, 0].map((shift) => (bits >>> shift) & 255).join(".");
  fc.assert(
    fc.property(fc.integer(), fc.integer(), fc.integer({ min: 0, max: 32 }), (network, flips, prefix) => {
      const near = prefix === 0 ? flips : network ^ (flips >>> Math.max(0, prefix - 2));
      const mask = prefix === 0 ? 0 : -1 << (32 - prefix);
      const list = new NetworkList(`${dotted(network)}/${prefix}`);
      assert.equal(list.has(dotted(near)), (near & mask) === (network & mask));
      assert.equal(list.has(`::ffff:${dotted(near)}`), (near & mask) === (network & mask));
    }),
  );
});

Deno.test("IPv6, single addresses, zones and spaces are understood; names are in no network", () => {
  const list = new NetworkList(" fd00::/8 ,10.0.0.7, fe80::/10,");
  for (const inside of ["fd12:3456::1", "10.0.0.7", "fe80::1%eth0", "FD00::"]) {
    assert.ok(list.has(inside), inside);
  }
  for (const outside of ["fe00::1", "10.0.0.8", "localhost", "", "::", "10.0.0.7.8"]) {
    assert.ok(!list.has(outside), outside);
  }
  assert.equal(String(list), "fd00::/8, 10.0.0.7, fe80::/10");
  assert.ok(new NetworkList("").isEmpty && !list.isEmpty);
});

Deno.test("what is no network is refused, with the part and what was expected", () => {
  for (
    const wrong of ["10.0.0.0/33", "fd00::/129", "lan", "10.0.0/8", "10.0.0.0/", "10.0.0.0/8/8", "1.2.3.4/-1"]
  ) {
    assert.throws(
      () => new NetworkList(`127.0.0.1, ${wrong}`),
      (error: Error) => error instanceof NetworkListError && error.message.includes(`found "${wrong}"`),
    );
  }
});
