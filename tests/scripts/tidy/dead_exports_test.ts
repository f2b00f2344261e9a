import assert from "node:assert/strict";
import { deadExportFindings } from "../../../scripts/tidy/dead_exports.ts";
import { sourcesIn, texts } from "./tree_of.ts";

const found = (files: Record<string, string>) => texts(deadExportFindings(sourcesIn(files)));

Deno.test("an export that nothing uses, or tests alone, is found", () => {
  const files = { "a/b.ts": "\nexport function f() {}\n" };
  assert.deepEqual(found(files), ["a/b.ts:2 exports f, which nothing uses; remove it"]);
  assert.deepEqual(found({ ...files, "tests/a/b_test.ts": 'import { f } from "../../a/b.ts";\nf();\n' }), [
    "a/b.ts:2 exports f, which tests alone use; remove it",
  ]);
});

Deno.test("an export that only its own file uses need not be one", () => {
  assert.deepEqual(found({ "a/b.ts": "export const n = 1;\nconsole.log(n);\n" }), [
    'a/b.ts:1 exports n, which no other file imports; remove "export"',
  ]);
});

for (
  const [form, text] of Object.entries({
    "by name": 'import { f } from "../a/b.ts";',
    "under another name": 'import { f as g } from "../a/b.ts";',
    "with all others": 'import * as all from "../a/b.ts";',
    "when called": 'await import("../a/b.ts");',
  })
) {
  Deno.test(`an export that another file imports ${form} is used`, () => {
    assert.deepEqual(found({ "a/b.ts": "export function f() {}\n", "c/d.ts": `${text}\n` }), []);
  });
}

Deno.test("an export that is handed on is used when what hands it on is", () => {
  const files = { "a/b.ts": "export function f() {}\n", "a/all.ts": 'export { f as g } from "./b.ts";\n' };
  assert.equal(found(files).length, 1);
  assert.deepEqual(found({ ...files, "c/d.ts": 'import { g } from "../a/all.ts";\n' }), []);
});

Deno.test("what the face of the modules hands on is for others", () => {
  assert.deepEqual(
    found({ "modules/b.ts": "export function f() {}\n", "modules/mod.ts": 'export { f } from "./b.ts";\n' }),
    [],
  );
});

Deno.test("an error that its own file throws is part of what it promises; one that nothing throws is not", () => {
  const error = "export class LostError extends Error {}\n";
  const use = { "c/d.ts": 'import { f } from "../a/b.ts";\n' };
  assert.deepEqual(
    found({ "a/b.ts": `${error}export function f() {\n  throw new LostError();\n}\n`, ...use }),
    [],
  );
  assert.equal(found({ "a/b.ts": `${error}export function f() {}\n`, ...use }).length, 1);
});

Deno.test("a type in the signature of its own file, and what the kit offers to tests, are used", () => {
  assert.deepEqual(
    found({
      "a/b.ts": "export interface Options {}\nexport function f(options: Options) {}\n",
      "c/d.ts": 'import { f } from "../a/b.ts";\n',
      "testing/kit.ts": "export function kit() {}\n",
      "tests/a/b_test.ts": 'import { kit } from "../../testing/kit.ts";\n',
    }),
    [],
  );
});

Deno.test("what a test exports is used when another test imports it, or reads the file by its address", () => {
  const files = { "tests/uses.ts": "export const uses = 1;\n" };
  assert.equal(found(files).length, 1);
  assert.deepEqual(found({ ...files, "tests/a_test.ts": 'import { uses } from "./uses.ts";\n' }), []);
  assert.deepEqual(found({ ...files, "tests/a_test.ts": 'new URL("./uses.ts", import.meta.url);\n' }), []);
});
