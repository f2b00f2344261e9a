import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { sha256 } from "../../foundation/sha256.ts";

Deno.test("the hash is that of all parts one after the other", async () => {
  // of FIPS 180-4, appendix B.1
  assert.equal(await sha256(["abc"]), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  const bytes = crypto.getRandomValues(new Uint8Array(1_000));
  const expected = createHash("sha256").update("é\0").update(bytes).update("").digest("hex");
  assert.equal(await sha256(["é", "\0", bytes.subarray(0, 400), bytes.subarray(400), ""]), expected);
});
