import assert from "node:assert/strict";
import { descriptionFindings } from "../../../scripts/tidy/descriptions.ts";
import { sourcesIn, texts } from "./tree_of.ts";

const found = (text: string, path = "engine/a.ts") => texts(descriptionFindings(sourcesIn({ [path]: text })));

Deno.test("an exported function or class without a description is found in its line", () => {
  assert.deepEqual(
    found("const n = 1;\nexport function f() {}\n/** C. */\nexport class C {}\nexport class D {}\n"),
    [
      "engine/a.ts:2 f has no description; write one sentence above it",
      "engine/a.ts:5 D has no description; write one sentence above it",
    ],
  );
});

Deno.test("an essay at the head of a file describes its first export, not the second", () => {
  assert.deepEqual(found('/** Essay. */\nimport "./b.ts";\nexport class A {}\nexport class B {}\n'), [
    "engine/a.ts:4 B has no description; write one sentence above it",
  ]);
});

Deno.test("what is not exported, and what tests export, needs none", () => {
  assert.deepEqual(found("function f() {}\n"), []);
  assert.deepEqual(found("export function f() {}\n", "tests/a.ts"), []);
});
