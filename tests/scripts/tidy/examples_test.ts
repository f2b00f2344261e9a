import assert from "node:assert/strict";
import { exampleFindings } from "../../../scripts/tidy/examples.ts";
import { sourcesIn, texts, treeOf } from "./tree_of.ts";

const example = "# Guide\n\n```ts\nconst a = 1;\n```\n";
const found = (files: Record<string, string>) => texts(exampleFindings(treeOf(files), sourcesIn(files)));

Deno.test("examples that nothing runs are found, in documents and in descriptions", () => {
  const source = "/**\n * Does it.\n *\n * ```ts\n * f();\n * ```\n */\nexport function f() {}\n";
  assert.deepEqual(found({ "docs/guide.md": example, "engine/f.ts": source }), [
    "docs/guide.md has examples that nothing runs; name it in the task doc of deno.json, or in a test",
    "engine/f.ts has examples that nothing runs; name it in the task doc of deno.json, or in a test",
  ]);
});

Deno.test("examples that the task doc or a test names are run; text and shell are no examples", () => {
  const tasks = JSON.stringify({ tasks: { doc: { command: "deno test --doc docs/guide.md" } } });
  assert.deepEqual(found({ "docs/guide.md": example, "deno.json": tasks }), []);
  const test = "await Deno.readTextFile(new URL(`../docs/guide.md`, import.meta.url));\n";
  assert.deepEqual(found({ "docs/guide.md": example, "tests/guide_test.ts": test }), []);
  assert.deepEqual(found({ "docs/guide.md": "```sh\nls\n```\n\n```\nplain\n```\n" }), []);
});
