import assert from "node:assert/strict";
import { topLevelFindings } from "../../../scripts/tidy/top_level.ts";
import { texts, treeOf } from "./tree_of.ts";

Deno.test("an entry that is not planned is found; rooms and the files of a project are fine", () => {
  const files = {
    "stray.txt": "",
    "main.ts": "",
    "engine/a.ts": "",
    "attic/a.ts": "",
    "README.md": "",
    ".ci/run": "",
  };
  assert.deepEqual(texts(topLevelFindings(treeOf(files))), [
    "attic does not belong at the top level; move it into a room",
    "stray.txt does not belong at the top level; move it into a room",
  ]);
});
