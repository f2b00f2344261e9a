import assert from "node:assert/strict";
import { joinBytes } from "../../foundation/join_bytes.ts";

Deno.test("pieces stand one after the other in a copy of their own", () => {
  const piece = Uint8Array.of(1, 2, 3);
  const whole = joinBytes([piece.subarray(1), new Uint8Array(), piece]);
  assert.deepEqual(whole, Uint8Array.of(2, 3, 1, 2, 3));
  piece.fill(9);
  assert.deepEqual(whole, Uint8Array.of(2, 3, 1, 2, 3));
  assert.equal(joinBytes([]).length, 0);
});
