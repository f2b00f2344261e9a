import assert from "node:assert/strict";
import { generatedFiles } from "../../../scripts/generate/generated_files.ts";
import { generatedFindings } from "../../../scripts/tidy/generated.ts";
import { texts, treeOf } from "./tree_of.ts";

const generated = [{
  path: "docs/table.md",
  source: "config/settings.ts",
  text: (current: string) => current.replace(/(?<=<!-- table -->\n)[^]*?(?=<!-- end -->)/, "new\n"),
}];
const found = (text: string) => texts(generatedFindings(treeOf({ "docs/table.md": text }), generated));

Deno.test("a generated part that differs from its declaration is found, with the command that mends it", () => {
  assert.deepEqual(found("Head\n<!-- table -->\nold\n<!-- end -->\n"), [
    "docs/table.md is not what config/settings.ts declares; run: deno task generate",
  ]);
});

Deno.test("a generated part that is current is none, whatever stands around it", () => {
  assert.deepEqual(found("Other head\n<!-- table -->\nnew\n<!-- end -->\nTail\n"), []);
});

for (const { path, source, text } of generatedFiles) {
  Deno.test(`${path} is what ${source} declares; otherwise run: deno task generate`, async () => {
    const current = await Deno.readTextFile(new URL(`../../../${path}`, import.meta.url));
    assert.equal(current, text(current));
  });
}
