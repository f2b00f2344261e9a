import assert from "node:assert/strict";
import fc from "fast-check";
import { ByteWriter } from "../../../compiler/wasm/byte_writer.ts";

/** LEB128 read by the definition of the WebAssembly specification, in whole numbers of any size. */
function readLeb(bytes: Uint8Array, signed: boolean): bigint {
  let value = 0n;
  bytes.forEach((byte, place) => value |= BigInt(byte & 0x7F) << BigInt(7 * place));
  const bits = 7 * bytes.length;
  return signed ? BigInt.asIntN(bits, value) : value;
}

const write = (value: (writer: ByteWriter) => void): Uint8Array => {
  const writer = new ByteWriter();
  value(writer);
  return writer.written();
};

Deno.test("whole numbers are read back, in as few bytes as there can be", () => {
  fc.assert(fc.property(fc.maxSafeInteger(), (value) => {
    const signed = write((writer) => writer.signed(value));
    assert.equal(readLeb(signed, true), BigInt(value));
    assert.ok(signed.slice(0, -1).every((byte) => byte >= 0x80) && signed.at(-1)! < 0x80);
    const shorter = BigInt.asIntN(7 * (signed.length - 1), BigInt(value));
    assert.ok(signed.length === 1 || shorter !== BigInt(value));
    const unsigned = write((writer) => writer.unsigned(Math.abs(value)));
    assert.equal(readLeb(unsigned, false), BigInt(Math.abs(value)));
    assert.ok(unsigned.length === 1 || unsigned.at(-1)! > 0);
  }));
});

Deno.test("what is written stays as the writer grows, and numbers of four bytes are little-endian", () => {
  const writer = new ByteWriter();
  for (let value = 0; value < 3_000; value++) writer.byte(value & 0xFF);
  writer.int32(-2);
  writer.float32(1.5);
  writer.sized([7, 8]);
  const bytes = writer.written();
  assert.equal(writer.length, 3_011);
  assert.ok(bytes.slice(0, 3_000).every((byte, place) => byte === (place & 0xFF)));
  assert.deepEqual([...bytes.slice(3_000)], [0xFE, 0xFF, 0xFF, 0xFF, 0, 0, 0xC0, 0x3F, 2, 7, 8]);
  writer.clear();
  assert.equal(writer.written().length, 0);
});
