import assert from "node:assert/strict";
import { oneLine } from "../../foundation/one_line.ts";

Deno.test("control characters become escapes, other letters stay", () => {
  assert.equal(oneLine("a\nb\r\t\x1b[2J\x07\x9bü 音"), "a\\nb\\x0d\\x09\\x1b[2J\\x07\\x9bü 音");
});

Deno.test("what is too long is cut before it is looked at", () => {
  assert.equal(oneLine("x".repeat(100), 100), "x".repeat(100));
  assert.equal(oneLine("x".repeat(101), 100), "x".repeat(100) + " ...");
});
