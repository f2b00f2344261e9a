import assert from "node:assert/strict";
import { crc32 } from "../../foundation/crc32.ts";

const bytes = new TextEncoder().encode("123456789");

Deno.test("the checksum is that of zlib, whole and in pieces", () => {
  assert.equal(crc32(bytes), 0xCBF43926); // the check value of CRC-32/ISO-HDLC
  assert.equal(crc32(bytes.subarray(4), crc32(bytes.subarray(0, 4))), 0xCBF43926);
  assert.equal(crc32(new Uint8Array()), 0);
});
