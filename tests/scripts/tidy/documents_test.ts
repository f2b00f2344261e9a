import assert from "node:assert/strict";
import { documentFindings } from "../../../scripts/tidy/documents.ts";
import { texts, treeOf } from "./tree_of.ts";

const glossary = (name: string) =>
  "| writer | meaning |\n| --- | --- |\n| `test` | a test |\n\n| noun | meaning | where | writer |\n| --- | --- | --- | --- |\n" +
  `| ring | a ring | \`engine/ring.ts\`: \`${name}\` | test |\n`;
const found = (files: Record<string, string>) =>
  texts(documentFindings(treeOf({ "engine/ring.ts": "export class Ring {}\n", ...files })));

Deno.test("a link to a file that does not exist is found in every document", () => {
  assert.match(found({ "docs/a.md": "\n[b](gone.md)\n" }).join(), /^docs\/a\.md:2 links to gone\.md/);
  assert.match(found({ "engine/README.md": "[b](../docs/gone.md)\n" }).join(), /^engine\/README\.md:1 links/);
  assert.deepEqual(found({ "README.md": "[b](engine/ring.ts) [c](engine/)\n" }), []);
});

Deno.test("a name in the glossary that its file does not declare is found", () => {
  assert.match(found({ "docs/glossary.md": glossary("Rung") }).join(), /does not declare Rung/);
  assert.deepEqual(found({ "docs/glossary.md": glossary("Ring") }), []);
});
