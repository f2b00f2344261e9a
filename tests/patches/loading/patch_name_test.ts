import assert from "node:assert/strict";
import { isPatchFile } from "../../../patches/loading/patch_name.ts";

Deno.test("a word is a name; a path or an ending of TypeScript or JavaScript is a file", () => {
  for (const file of ["organ.ts", "./organ", "patches/organ.ts", "organ.js", "organ.mts"]) {
    assert.ok(isPatchFile(file), file);
  }
  for (const name of ["organ", "keys", "toString"]) assert.ok(!isPatchFile(name), name);
});
