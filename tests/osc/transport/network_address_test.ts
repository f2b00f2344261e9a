import assert from "node:assert/strict";
import fc from "fast-check";
import {
  hostAndPort,
  isLoopback,
  isUnspecified,
  plainHostname,
  splitHostAndPort,
} from "../../../osc/transport/network_address.ts";

Deno.test("loopback is 127.0.0.0/8, ::1 and localhost, in any notation of sockets and headers, and no name that looks like it", () => {
  const own = ["127.0.0.1", "127.255.0.9", "::1", "[::1]", "::ffff:127.0.0.1", "localhost"];
  const others = [
    ...["10.0.0.1", "128.0.0.1", "0.0.0.0", "::", "::2", "fe80::1", "::ffff:10.0.0.1", ""],
    ...["127.evil.example", "127.0.0.1.evil.example", "localhost.evil.example"],
  ];
  assert.deepEqual(own.filter((hostname) => !isLoopback(hostname)), []);
  assert.deepEqual(others.filter(isLoopback), []);
});

Deno.test("only the two unspecified addresses mean all addresses of the machine", () => {
  const all = ["0.0.0.0", "::", "[::]", "127.0.0.1", "::1", "localhost"];
  assert.deepEqual(all.filter(isUnspecified), ["0.0.0.0", "::", "[::]"]);
});

Deno.test("host and port that were joined come apart again", () => {
  const host = fc.oneof(fc.ipV4(), fc.ipV6().filter((each) => !each.startsWith("::ffff:")), fc.domain());
  fc.assert(fc.property(host, fc.nat(65_535), (hostname, port) => {
    assert.deepEqual(splitHostAndPort(hostAndPort(hostname, port)), { hostname, port });
  }));
  assert.equal(hostAndPort("::1", 1), "[::1]:1");
});

Deno.test("IPv4 on a socket of IPv6 is written as IPv4", () => {
  assert.equal(plainHostname("::ffff:10.0.0.7"), "10.0.0.7");
  assert.equal(plainHostname("::ffff:a00:7"), "::ffff:a00:7");
});
