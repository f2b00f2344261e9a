import assert from "node:assert/strict";
import { testTwinFindings } from "../../../scripts/tidy/test_twins.ts";
import { sourcesIn, texts } from "./tree_of.ts";

const found = (files: Record<string, string>) => texts(testTwinFindings(sourcesIn(files)));

const source = { "engine/a/b.ts": "export function f() {}\n" };
const twin = (text: string) => ({ ...source, "tests/engine/a/b_test.ts": text });

Deno.test("a file without a test of its own is found, although another test imports it", () => {
  assert.deepEqual(
    found({ ...source, "tests/engine/c_test.ts": 'import { f } from "../../engine/a/b.ts";\n' }),
    [
      "engine/a/b.ts has no test; add tests/engine/a/b_test.ts, which imports it",
    ],
  );
});

Deno.test("a test that does not import what it is named after is found, whatever its comment says", () => {
  for (
    const text of ["/** Covers: engine/a/b.ts */\n", 'import type { F } from "../../../engine/a/b.ts";\n']
  ) {
    assert.deepEqual(found(twin(text)), [
      "engine/a/b.ts is not imported by its test; let tests/engine/a/b_test.ts import what it tests",
    ]);
  }
});

Deno.test("a test that imports its file, or starts it by its address, is its twin", () => {
  assert.deepEqual(found(twin('import { f } from "../../../engine/a/b.ts";\n')), []);
  assert.deepEqual(found(twin('new Worker(new URL("../../../engine/a/b.ts", import.meta.url));\n')), []);
});

Deno.test("a worker and a program need a test although they export nothing", () => {
  for (const text of ["self.onmessage = () => {};\n", "if (import.meta.main) console.log(1);\n"]) {
    assert.equal(found({ "engine/a/b.ts": text }).length, 1, text);
  }
});

for (
  const [what, text] of Object.entries({
    types: "export interface A {}\nexport type B = (n: number) => void;\n",
    constants: "export const max = 4;\nexport const table = { a: 1 };\n",
    "an error class":
      "export class LostError extends Error {\n  constructor(readonly a: number) {\n    super();\n  }\n}\n",
    "a table that another room reads":
      "export const bass = definePatch({ output: () => sine() });\nfunction f() {}\n",
  })
) {
  Deno.test(`${what} need no test`, () => assert.deepEqual(found({ "engine/a/b.ts": text }), []));
}

Deno.test("only the program needs twins", () => {
  assert.deepEqual(
    found({ "bench/a.ts": source["engine/a/b.ts"], "testing/a.ts": source["engine/a/b.ts"] }),
    [],
  );
});
