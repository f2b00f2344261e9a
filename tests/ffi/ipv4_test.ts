import assert from "node:assert/strict";
import { ipv4Text, ipv4Word } from "../../ffi/ipv4.ts";

Deno.test("an address is its bytes in network order", () => {
  const word = ipv4Word("239.69.1.2");
  assert.deepEqual([...new Uint8Array(Uint32Array.of(word).buffer)], [239, 69, 1, 2]);
  assert.equal(ipv4Text(word), "239.69.1.2");
});
