import assert from "node:assert/strict";
import { importsOf } from "../../../scripts/tidy/imports.ts";
import { tokensOf } from "../../../scripts/tidy/tokens.ts";

function imports(text: string, path = "a/b.ts") {
  const code = tokensOf(text).filter(({ kind }) => kind !== "comment");
  return importsOf(path, code, { house: "./a/mod.ts", "fast-check": "npm:fast-check@4" });
}

const forms: Readonly<Record<string, [string, string, boolean, string]>> = {
  "a name": ['import { x } from "./c.ts";', "import", false, "x"],
  "a name under another": ['import { x as y } from "./c.ts";', "import", false, "x"],
  "several lines": ['import {\n  x,\n  y,\n} from "./c.ts";', "import", false, "x,y"],
  "a default and names": ['import z, { x } from "./c.ts";', "import", false, "default,x"],
  "everything": ['import * as all from "./c.ts";', "import", false, "*"],
  "its effects": ['import "./c.ts";', "import", false, ""],
  "types": ['import type { X } from "./c.ts";', "import", true, "X"],
  "a default type": ['import type X from "./c.ts";', "import", true, "default"],
  "names that are types": ['import { type X, type Y } from "./c.ts";', "import", true, "X,Y"],
  "a type beside a value": ['import { type X, y } from "./c.ts";', "import", false, "X,y"],
  "a name called type": ['import { type } from "./c.ts";', "import", false, "type"],
  "a default called type": ['import type from "./c.ts";', "import", false, "default"],
  "with attributes": ['import x from "./c.ts" with { type: "json" };', "import", false, "default"],
  "handed on": ['export { x } from "./c.ts";', "export", false, "x"],
  "handed on as types": ['export type { X } from "./c.ts";', "export", true, "X"],
  "all handed on": ['export * from "./c.ts";', "export", false, "*"],
  "when called": ['const c = await import("./c.ts");', "dynamic", false, "*"],
  "when called, by name": ['const { x, y: z } = await import("./c.ts");', "dynamic", false, "x,y"],
  "as a worker": ['new Worker(new URL("./c.ts", import.meta.url));', "address", false, ""],
  "as an address": ['import.meta.resolve("./c.ts");', "address", false, ""],
};

for (const [form, [text, expected, typesOnly, names]] of Object.entries(forms)) {
  Deno.test(`an import is read in the form of ${form}`, () => {
    const found = imports(`const n = 1;\n${text}\n`);
    assert.equal(found.length, 1);
    assert.deepEqual(
      { ...found[0], names: found[0].names.map(({ exported }) => exported).join() },
      { path: "a/c.ts", form: expected, typesOnly, names, line: 2 },
    );
  });
}

Deno.test("what only looks like an import is none", () => {
  assert.deepEqual(
    imports([
      '// import "./c.ts";',
      "const text = 'import { x } from \"./c.ts\";';",
      'const from = { import: "./c.ts" };',
      "console.log(import.meta.url, import.meta.main);",
      'object.import("./c.ts");',
      'new URL("./c.ts", base);',
      'new URL("./folder/", import.meta.url);',
      'export const x = "./c.ts";',
      "const { y } = object;",
    ].join("\n")),
    [],
  );
});

Deno.test("paths are resolved from where the file lies, and names of the import map to their files", () => {
  assert.deepEqual(
    imports('import "../d.ts";\nimport "./e/../f.ts";\nimport { x } from "house";\n').map(({ path }) => path),
    ["d.ts", "a/f.ts", "a/mod.ts"],
  );
});

Deno.test("packages are no files of the project", () => {
  assert.deepEqual(imports('import fc from "fast-check";\nimport assert from "node:assert/strict";\n'), []);
});
