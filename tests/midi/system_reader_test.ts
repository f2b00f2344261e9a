import assert from "node:assert/strict";
import { SystemReader } from "../../midi/system_reader.ts";

Deno.test("bytes become messages, one that breaks off becomes none", () => {
  const reader = new SystemReader();
  const read = (...bytes: number[]) =>
    bytes.map((first) => reader.read({ status: 0xF0, first })).filter((found) => found !== undefined);
  assert.deepEqual(read(0xF0, 0x7F, 1, 2, 0xF7), [[0xF0, 0x7F, 1, 2, 0xF7]]);
  assert.deepEqual(read(0xF0, 0x7F, 1, 0xF0, 0x7F, 3, 0xF7), [[0xF0, 0x7F, 3, 0xF7]]);
  assert.deepEqual(read(1, 0xF7), []);
  assert.deepEqual(reader.read({ status: 0xF1, first: 0x23 }), [0xF1, 0x23]);
  assert.deepEqual([0xF0, 0xF1, 0xEF].map((status) => SystemReader.isSystem({ status })), [
    true,
    true,
    false,
  ]);
});
