import assert from "node:assert/strict";
import { AssemblyError, TextReader } from "../../../compiler/wasm/wat_reader.ts";

const read = (text: string) => new TextReader(text, "mine");

Deno.test("blanks and comments count for nothing, wherever they stand", () => {
  const reader = read(" ;; a (comment)\n( ;; another\n\tword ;;\n) ;;");
  assert.ok(reader.opens());
  assert.equal(reader.word(), "word");
  assert.ok(reader.closes());
  assert.ok(!reader.closes());
});

Deno.test("a keyword opens only as a whole word", () => {
  assert.ok(!read("(parameter)").opensWith("(param"));
  const reader = read("(param $a i32)");
  assert.ok(reader.opensWith("(param"));
  assert.equal(reader.name(), "$a");
  assert.equal(reader.name(), "");
  assert.equal(reader.word(), "i32");
});

Deno.test("numbers are decimal, hexadecimal or words; offsets may be left out", () => {
  const reader = read("12 0x10 1e3 inf -inf nan offset=64 x");
  assert.deepEqual([12, 16, 1_000, Infinity, -Infinity, NaN].map(() => reader.number()), [
    12,
    16,
    1_000,
    Infinity,
    -Infinity,
    NaN,
  ]);
  assert.deepEqual([reader.offset(), reader.offset()], [64, 0]);
});

Deno.test("a string is bytes, of which some are written in hexadecimal digits", () => {
  assert.deepEqual([...read('"a\\00\\ffb"').string()], [0x61, 0, 0xFF, 0x62]);
});

Deno.test("an error names the text, the line, what was expected and what is there", () => {
  const reader = read("(\n\n oops)");
  reader.open();
  assert.throws(() => reader.open(), new AssemblyError('mine.wat:3: expected (, found "oops)"'));
  assert.throws(() => read("300").integer(0, 255), /expected a whole number from 0 to 255, found "300"/);
  assert.throws(() => read("$b").index(new Map([["$a", 0]])), /expected a name that is known, found "\$b"/);
});
