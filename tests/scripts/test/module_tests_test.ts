import assert from "node:assert/strict";
import { ImportGraph } from "../../../scripts/test/import_graph.ts";
import { moduleTestsOfShare } from "../../../scripts/test/module_tests.ts";
import { allTests } from "../../../scripts/test/selection.ts";

const graph = new ImportGraph(
  new Map([
    ...["a", "b", "c", "d"].flatMap((name): [string, string][] => [
      [`modules/filters/${name}.ts`, 'import "../../compiler/compile.ts";\n'],
      [`tests/modules/filters/${name}_test.ts`, `import "../../../modules/filters/${name}.ts";\n`],
    ]),
    ["compiler/compile.ts", ""],
    ["tests/modules/signal/math_test.ts", ""],
    ["tests/compiler/compile_test.ts", ""],
    ["tests/patches/ready/ready_patches_test.ts", ""],
  ]),
);
const all = allTests(graph);
const taken = (share: number | "all", changed?: readonly string[]) =>
  moduleTestsOfShare(graph, all, share, changed);

Deno.test("each share measures other modules, all of them together measure every one, and other tests always run", () => {
  const shares = [0, 1, 2, 3, 4].map((share) => taken(share, []).files);
  assert.deepEqual(new Set(shares.flat()), new Set(all));
  for (const file of all) {
    const often = shares.filter((files) => files.includes(file)).length;
    assert.equal(often, file.startsWith("tests/modules/filters/") ? 1 : 5, file);
  }
  assert.deepEqual(taken(5, []), taken(0, []));
  assert.equal(
    taken(1, []).said,
    "share: 1 of 4 tests that measure a module or a ready patch; 3 are left to deno task test:long",
  );
});

Deno.test("a module that changed, or its test, is measured by every share", () => {
  for (const changed of ["modules/filters/c.ts", "tests/modules/filters/c_test.ts"]) {
    for (const share of [0, 1, 2, 3, 4]) {
      assert.ok(taken(share, [changed]).files.includes("tests/modules/filters/c_test.ts"), changed);
    }
  }
  assert.deepEqual(taken(1, ["compiler/compile.ts"]), taken(1, []), "the compiler has tests of its own");
});

Deno.test("a long run, and one that does not know what changed, measure all modules", () => {
  for (const found of [taken("all", []), taken(1, undefined)]) assert.deepEqual(found, { files: all });
});

Deno.test("of this project a share measures a fifth of the modules and ready patches", async () => {
  const project = await ImportGraph.read(new URL("../../../", import.meta.url));
  const { said } = moduleTestsOfShare(project, allTests(project), 1, []);
  const [, some, whole] = /^share: (\d+) of (\d+) /.exec(said ?? "") ?? [];
  assert.ok(Number(whole) > 50 && Math.abs(Number(some) - Number(whole) / 5) <= 1, said);
});
