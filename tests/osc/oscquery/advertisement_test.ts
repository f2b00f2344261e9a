/** mDNS with an independent browser, not the library that advertises: `oscquery` looks with `bonjour-service`. */
import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import process from "node:process";
import { type DiscoveredService, OSCQueryDiscovery } from "oscquery";
import { Advertisement } from "../../../osc/oscquery/advertisement.ts";
import { requirement } from "../../../testing/requirement.ts";
import { until } from "../../../testing/until.ts";
import { withQueryHost } from "./query_host.ts";

const needs = {
  conditions: { "multicast on the loopback interface": await multicastWorks() },
  install: "ip link set lo multicast on (and a network that allows it)",
};

async function multicastWorks(): Promise<boolean> {
  const socket = createSocket({ type: "udp4", reuseAddr: true });
  const heard = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => heard.resolve(false), 10_000);
  socket.on("error", () => heard.resolve(false));
  socket.on("message", () => heard.resolve(true));
  socket.bind(0, () => {
    try {
      socket.addMembership("224.0.0.251", "127.0.0.1");
      socket.setMulticastInterface("127.0.0.1");
      socket.send(new Uint8Array(1), socket.address().port, "224.0.0.251");
    } catch {
      heard.resolve(false);
    }
  });
  const works = await heard.promise;
  clearTimeout(timer);
  socket.close();
  return works;
}

requirement({
  name: "what is advertised is found with its port, and forgotten after the goodbye",
  // the browser's library leaves timers of its own
  sanitizeOps: false,
  sanitizeResources: false,
  fn: () =>
    withQueryHost(async ({ server }) => {
      const discovery = new OSCQueryDiscovery();
      const up: DiscoveredService[] = [];
      const down: DiscoveredService[] = [];
      discovery.on("up", (service) => up.push(service));
      discovery.on("down", (service) => down.push(service));
      discovery.start();
      const before = [process.emit, Error.prepareStackTrace];
      let names: readonly string[] = [];
      const advertisement = await Advertisement.begin({
        name: "Understudy in a test",
        oscPort: 57_130,
        queryPort: server.port,
        loopbackOnly: true,
        onAdvertised: (given) => names = given,
        onTrouble: (text) => assert.fail(text),
      });
      assert.deepEqual([process.emit, Error.prepareStackTrace], before, "the isolate is as it was");
      try {
        await until("advertised", () => names.length === 2);
        assert.match(names[0], /^Understudy in a test.*\._oscjson\._tcp\.local/);
        assert.match(names[1], /^Understudy in a test.*\._osc\._udp\.local/);
        await until("found", () => up.some(({ port }) => port === server.port));
        const service = up.find(({ port }) => port === server.port)!;
        assert.equal(service.hostInfo.name, "Understudy in a test");
        assert.ok(service.resolvePath("/keys/cutoffHz"));
      } finally {
        await advertisement.stop();
      }
      await until("forgotten", () => down.some(({ port }) => port === server.port));
      discovery.stop();
    }),
}, needs);

requirement({
  name: "an advertisement can be taken back while it is still being probed",
  fn: async () => {
    for (let round = 0; round < 3; round++) {
      const advertisement = await Advertisement.begin({
        name: `Understudy ${round}`,
        oscPort: 57_130,
        queryPort: 57_131,
        loopbackOnly: true,
        onAdvertised: () => {},
        onTrouble: () => {},
      });
      await advertisement.stop();
    }
  },
}, needs);
