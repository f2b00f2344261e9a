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

Deno.test("max, other words, and functions that look for the largest are fine", () => {
  assert.deepEqual(found("const maxSenders = 8;\nconst mostly = 1;\nfunction largestOf() {}\n"), []);
});
