import assert from "node:assert/strict";
import fc from "fast-check";
import { floatText } from "../../../compiler/wat/float_text.ts";
import { TextReader } from "../../../compiler/wasm/wat_reader.ts";

Deno.test("every 32-bit float is read back as the same bits, and others as the float nearest to them", () => {
  const readBack = (value: number) => Math.fround(new TextReader(floatText(value), "test").number());
  for (const value of [0, -0, NaN, Infinity, -Infinity, 2 ** -149, 3.4028234663852886e38, 2 ** 24 + 2]) {
    assert.ok(Object.is(readBack(value), value), floatText(value));
  }
  fc.assert(fc.property(fc.float(), (value) => assert.ok(Object.is(readBack(value), value))));
  fc.assert(fc.property(fc.double(), (value) => assert.ok(Object.is(readBack(value), Math.fround(value)))));
});
