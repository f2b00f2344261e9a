import assert from "node:assert/strict";
import { arrowFindings, type ArrowTable, unusedArrows } from "../../../scripts/tidy/arrows.ts";
import { sourcesIn, texts } from "./tree_of.ts";

const table: ArrowTable = {
  "main.ts": ["cli"],
  cli: ["engine", "types:osc"],
  osc: ["engine/control/control.ts"],
  engine: [],
  "engine/control": [],
  testing: ["*"],
};

const found = (path: string, text: string) =>
  texts(arrowFindings(sourcesIn({ [path]: text, "engine/engine.ts": "", "cli/run.ts": "" }), table));

Deno.test("an import of a room that is not in the row is found, with the row", () => {
  assert.deepEqual(found("osc/a.ts", 'const n = 1;\nimport { E } from "../engine/engine.ts";\n'), [
    "osc/a.ts:2 imports engine/engine.ts, against the arrows; osc may import engine/control/control.ts",
  ]);
});

Deno.test("imports within a room, of a room in the row, and of the ground are allowed", () => {
  assert.deepEqual(
    found("cli/a.ts", 'import "./b.ts";\nimport "../engine/engine.ts";\nimport "../foundation/c.ts";\n'),
    [],
  );
  assert.deepEqual(found("osc/a.ts", 'import "../engine/control/control.ts";\n'), []);
});

Deno.test("a row for types allows types alone", () => {
  assert.deepEqual(found("cli/a.ts", 'import type { A } from "../osc/a.ts";\n'), []);
  assert.deepEqual(found("cli/a.ts", 'import { type A, b } from "../osc/a.ts";\n').length, 1);
});

Deno.test("the longest row that fits counts, alone", () => {
  assert.deepEqual(found("engine/control/a.ts", 'import "../engine.ts";\n'), [
    "engine/control/a.ts:1 imports engine/engine.ts, against the arrows; engine/control may import nothing",
  ]);
  assert.deepEqual(found("engine/a.ts", 'import "./control/a.ts";\n'), []);
});

Deno.test("the kit may import every room of the program, and neither tests nor scripts nor the roof", () => {
  assert.deepEqual(found("testing/a.ts", 'import "../engine/engine.ts";\nimport "../cli/run.ts";\n'), []);
  for (const room of ["tests/a.ts", "scripts/a.ts", "bench/a.ts", "main.ts"]) {
    assert.equal(found("testing/a.ts", `import "../${room}";\n`).length, 1, room);
  }
});

Deno.test("tests may import everything, and nothing but tests may import tests", () => {
  assert.deepEqual(
    found("tests/a_test.ts", 'import "../engine/engine.ts";\nimport "../testing/a.ts";\n'),
    [],
  );
  assert.equal(found("cli/a.ts", 'import "../tests/a.ts";\n').length, 1);
  assert.equal(found("cli/a.ts", 'import "../testing/a.ts";\n').length, 1);
});

Deno.test("a file in a room without a row is found", () => {
  assert.deepEqual(found("attic/a.ts", "const n = 1;\n"), [
    "attic/a.ts lies in no room that has arrows; give its folder a row in scripts/tidy/arrows.ts",
  ]);
});

Deno.test("a row, or a name in it, that nothing needs is found", () => {
  const small: ArrowTable = { cli: ["engine", "types:osc"], osc: [], engine: [] };
  const files = { "cli/a.ts": 'import "../engine/a.ts";\n', "engine/a.ts": "" };
  assert.deepEqual(texts(unusedArrows(sourcesIn(files), small)), [
    "scripts/tidy/arrows.ts lets cli import types:osc, which nothing there does; remove it",
    "scripts/tidy/arrows.ts has a row for osc, where no source lies; remove it",
  ]);
  assert.deepEqual(
    unusedArrows(
      sourcesIn({ ...files, "cli/b.ts": 'import type { A } from "../osc/a.ts";\n', "osc/a.ts": "" }),
      small,
    ),
    [],
  );
});
