import assert from "node:assert/strict";
import { exitCodeMeanings, exitCodes } from "../../foundation/exit_codes.ts";

Deno.test("each code has one meaning, and fits into the status of a process", () => {
  const codes = Object.values(exitCodes);
  assert.equal(new Set(codes).size, codes.length);
  assert.ok(codes.every((code) => Number.isInteger(code) && code >= 0 && code <= 255));
  assert.deepEqual(Object.keys(exitCodeMeanings), Object.keys(exitCodes));
  assert.equal(new Set(Object.values(exitCodeMeanings)).size, codes.length);
});
