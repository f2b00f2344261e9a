/** An independent client: the npm package `oscquery`. */
import assert from "node:assert/strict";
import { DiscoveredService } from "oscquery";
import { withQueryHost } from "./query_host.ts";

Deno.test("the client of the npm package oscquery reads the host, every parameter and every method", () =>
  withQueryHost(async ({ server, engine, space }) => {
    const parameter = engine.parameters.findIndex(({ address }) => address === "keys/q");
    engine.submit([{ kind: "set", parameter, value: 2.5 }]);
    const service = new DiscoveredService("127.0.0.1", server.port);
    await service.update();
    assert.equal(service.hostInfo.name, "Understudy in a test");
    assert.equal(service.hostInfo.oscPort, 57_130);
    assert.equal(service.hostInfo.oscTransport, "UDP");
    assert.equal(service.hostInfo.extensions?.LISTEN, true);
    for (const { address, min, max, description } of engine.parameters) {
      const node = service.resolvePath(`/${address}`)!.serialize();
      assert.deepEqual([node.TYPE, node.ACCESS, node.DESCRIPTION], ["f", 3, description]);
      assert.deepEqual(node.RANGE, [{ MIN: min, MAX: max, VALS: undefined }]);
      assert.deepEqual(node.CLIPMODE, ["none"]);
    }
    assert.equal(service.resolvePath("/keys/q")!.getValue(0), 2.5);
    assert.equal(service.resolvePath("/keys/note")!.serialize().TYPE, "if");
    const paths = service.flat().map(({ full_path }) => full_path);
    const expected = space.methods.map(({ address }) => address);
    assert.deepEqual(expected.filter((address) => !paths.includes(address)), []);
  }));
