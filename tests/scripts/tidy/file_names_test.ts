import assert from "node:assert/strict";
import { fileNameFindings } from "../../../scripts/tidy/file_names.ts";
import { sourcesIn, texts } from "./tree_of.ts";

for (const path of ["engine/helpers.ts", "util.ts", "osc/common/a.ts", "tests/utils/a.ts"]) {
  Deno.test(`a name that says nothing is found: ${path}`, () => {
    assert.deepEqual(texts(fileNameFindings(sourcesIn({ [path]: "" }))), [
      `${path} the name says nothing; name the file after its noun`,
    ]);
  });
}

Deno.test("a noun that holds such a word is a name", () => {
  assert.deepEqual(
    fileNameFindings(sourcesIn({ "engine/shared_memory.ts": "", "modules/utility/gain.ts": "" })),
    [],
  );
});
