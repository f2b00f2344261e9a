import assert from "node:assert/strict";
import { findInterface, interfaceNames } from "../../ffi/network_interface.ts";

Deno.test("an interface is found by its name and by its address", () => {
  const byName = findInterface("lo");
  assert.deepEqual(byName, { name: "lo", address: "127.0.0.1", index: 1 });
  assert.deepEqual(findInterface("127.0.0.1"), byName);
  assert.equal(findInterface("no-such-interface"), undefined);
  assert.ok(interfaceNames().includes("lo (127.0.0.1)"));
});
