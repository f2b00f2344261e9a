import assert from "node:assert/strict";
import { limitNameFindings } from "../../../scripts/tidy/limit_names.ts";
import { sourcesIn, texts } from "./tree_of.ts";

const found = (text: string) => texts(limitNameFindings(sourcesIn({ "engine/a.ts": text })));

Deno.test("a limit that is named by a superlative is found, with the name to take", () => {
  assert.deepEqual(found("const n = 1;\nexport const mostSenders = 8;\nconst longestTurnMs = 4;\n"), [
    "engine/a.ts:2 mostSenders names a limit; call it maxSenders",
    "engine/a.ts:3 longestTurnMs names a limit; call it maxTurnMs",
  ]);
});

Deno.test("a bare superlative is no name for a number, an expression of numbers or a table of them", () => {
  for (const value of ["4", "2 * voices", "{ nodes: 30_000, lines: 4 }"]) {
    assert.deepEqual(found(`const most = ${value};\n`), [
      "engine/a.ts:1 most names a limit; call it max and what it limits",
    ]);
  }
});

Deno.test("a list, a function and a local variable may be called by a superlative", () => {
  assert.deepEqual(found('const mostUsed = ["A"].map((name) => name);\n'), []);
  assert.deepEqual(found("const largest = (samples: number[]) => Math.max(...samples);\n"), []);
  assert.deepEqual(found("function f() {\n  const longest = 4;\n}\n"), []);
});

Deno.test("max, other words, and functions that look for the largest are fine", () => {
  assert.deepEqual(found("const maxSenders = 8;\nconst mostly = 1;\nfunction largestOf() {}\n"), []);
});
