import assert from "node:assert/strict";
import { messageOf, wordsOf } from "../../cli/osc_words.ts";
import { decodePacket, encodePacket } from "../../osc/packet/codec.ts";

const argumentsOf = (...words: string[]) => messageOf(["/x", ...words]).args;

Deno.test("types are guessed: digits, numbers with a point or an exponent, true, false, text", () => {
  assert.deepEqual(argumentsOf("60", "-3", "0.5", "1e3", "true", "false", "pad", "./a.ts", "1:2"), [
    { type: "i", value: 60 },
    { type: "i", value: -3 },
    { type: "f", value: 0.5 },
    { type: "f", value: 1_000 },
    { type: "T" },
    { type: "F" },
    { type: "s", value: "pad" },
    { type: "s", value: "./a.ts" },
    { type: "s", value: "1:2" },
  ]);
  assert.deepEqual(argumentsOf("4000000000"), [{ type: "h", value: 4_000_000_000n }]);
});

Deno.test("a prefix sets the type of one argument, a type tag string those of all", () => {
  assert.deepEqual(argumentsOf("f:1", "s:60", "h:9", "d:0.1", "c:x", "N:", "[", "1", "[", "a", "]", "]"), [
    { type: "f", value: 1 },
    { type: "s", value: "60" },
    { type: "h", value: 9n },
    { type: "d", value: 0.1 },
    { type: "c", value: "x" },
    { type: "N" },
    { type: "a", value: [{ type: "i", value: 1 }, { type: "a", value: [{ type: "s", value: "a" }] }] },
  ]);
  assert.deepEqual(argumentsOf(",ifTs", "60", "1", "7"), [
    { type: "i", value: 60 },
    { type: "f", value: 1 },
    { type: "T" },
    { type: "s", value: "7" },
  ]);
  const packed = messageOf([
    "/x",
    "b:00ff",
    "r:ff800001",
    "m:00903c7f",
    "t:1970-01-01T00:00:00.500Z",
    "t:now",
  ]);
  assert.deepEqual(decodePacket(encodePacket(packed)), packed);
  assert.deepEqual(packed.args[3], { type: "t", value: { seconds: 2_208_988_800, fraction: 2 ** 31 } });
});

Deno.test("a word that is no value of its type is refused, with what was expected", () => {
  const cases: [string[], RegExp][] = [
    [["note"], /expected an OSC address like \/note, found "note"/],
    [["/a b"], /without spaces/],
    [["/x", "i:1.5"], /expected a whole number of 32 bits for type i, found "i:1.5"/],
    [["/x", "b:0"], /bytes in hexadecimal/],
    [["/x", "r:00"], /four bytes/],
    [["/x", "T:1"], /expected nothing/],
    [["/x", "t:soon"], /a time like/],
    [["/x", ",if", "1"], /,if: expected 2 values, found 1/],
    [["/x", ",z", "1"], /there is no type "z"/],
    [["/x", "[", "1"], /expected \]/],
  ];
  for (const [words, pattern] of cases) assert.throws(() => messageOf(words), pattern);
});

Deno.test("a line has words, texts in quotes, and a comment", () => {
  assert.deepEqual(wordsOf(`  /x 60 "a \\"b\\"" 'c d' # rest`), ["/x", "60", 's:a "b"', "s:c d"]);
  assert.deepEqual(wordsOf("# only"), []);
  assert.throws(() => wordsOf('/x "open'), /expected a closing quote, found "open/);
});
