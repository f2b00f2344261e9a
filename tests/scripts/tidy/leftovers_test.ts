import assert from "node:assert/strict";
import { leftoverFindings } from "../../../scripts/tidy/leftovers.ts";
import { sourcesIn, texts } from "./tree_of.ts";

const found = (text: string) => texts(leftoverFindings(sourcesIn({ "engine/a.ts": text })));

Deno.test("a comment that puts work off is found in its line", () => {
  assert.deepEqual(found("/**\n * Plays.\n * TODO louder\n */\nconst a = 1; // FIXME\n"), [
    "engine/a.ts:3 a leftover; do it, or file it where the team sees it",
    "engine/a.ts:5 a leftover; do it, or file it where the team sees it",
  ]);
});

Deno.test("a string that names such a word, and a word that holds one, are none", () => {
  assert.deepEqual(found('const word = "TODO"; // a HACKSAW\n'), []);
});
