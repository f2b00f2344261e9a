import assert from "node:assert/strict";
import { cString, textAt, textOf } from "../../ffi/c_string.ts";

Deno.test("a text goes to C and comes back, from a buffer and from an address", () => {
  for (const text of ["", "understudy", "Gerät: Ω"]) {
    const buffer = cString(text);
    assert.equal(buffer.at(-1), 0);
    assert.equal(textOf(buffer), text);
    assert.equal(textAt(Deno.UnsafePointer.of(buffer)), text);
  }
  assert.equal(textOf(new Uint8Array([65, 0, 66, 0])), "A", "bytes behind the zero do not count");
  assert.equal(textAt(null), "");
});
