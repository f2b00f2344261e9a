import assert from "node:assert/strict";
import fc from "fast-check";
import { BitReader } from "../../../engine/sound_files/bit_reader.ts";

/** The bytes of a text of zeros and ones. */
const bytesOf = (bits: string) =>
  Uint8Array.from(
    { length: Math.ceil(bits.length / 8) },
    (_, at) => parseInt(bits.slice(at * 8, at * 8 + 8).padEnd(8, "0"), 2),
  );

const written = (value: number, bits: number) =>
  BigInt.asUintN(bits, BigInt(value)).toString(2).padStart(bits, "0");

Deno.test("numbers of any width, with a sign or without one, are what was written one after the other", () => {
  const number = fc.integer({ min: 1, max: 33 }).chain((bits) =>
    fc.tuple(fc.constant(bits), fc.integer({ min: -(2 ** (bits - 1)), max: 2 ** (bits - 1) - 1 }))
  );
  fc.assert(fc.property(fc.array(number, { minLength: 1, maxLength: 20 }), (numbers) => {
    const bytes = bytesOf(numbers.map(([bits, value]) => written(value, bits)).join(""));
    const reader = new BitReader(Uint8Array.of(99, ...bytes), 1);
    for (const [bits, value] of numbers) assert.equal(reader.signed(bits), value);
    assert.equal(reader.isBeyond, false);
    const again = new BitReader(bytes, 0);
    for (const [bits, value] of numbers.filter(([bits]) => bits <= 32)) {
      if (numbers.some(([width]) => width > 32)) break;
      assert.equal(again.unsigned(bits), Number(BigInt.asUintN(bits, BigInt(value))));
    }
  }));
});

Deno.test("zeros are counted up to the next one, over any number of bytes", () => {
  for (const count of [0, 1, 7, 8, 31, 32, 33, 100]) {
    const reader = new BitReader(bytesOf(`101${"0".repeat(count)}11`), 0);
    reader.unsigned(3);
    assert.equal(reader.zeros(), count);
    assert.equal(reader.unsigned(1), 1);
  }
});

Deno.test("beyond the end it reads zeros, tells it, and counts no further", () => {
  const reader = new BitReader(Uint8Array.of(0xff, 0), 0);
  reader.unsigned(8);
  assert.equal(reader.unsigned(8), 0);
  assert.equal(reader.isBeyond, false);
  assert.ok(reader.zeros() < 100);
  assert.equal(reader.isBeyond, true);
});

Deno.test("the next whole byte follows", () => {
  const reader = new BitReader(Uint8Array.of(1, 2, 3), 1);
  reader.unsigned(3);
  reader.align();
  assert.equal(reader.byte, 2);
  reader.align();
  assert.deepEqual([reader.byte, reader.unsigned(8)], [2, 3]);
});
