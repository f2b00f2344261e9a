import assert from "node:assert/strict";
import { ImportGraph } from "../../../scripts/test/import_graph.ts";
import { allTests, testsNamed, testsReaching } from "../../../scripts/test/selection.ts";

const graph = new ImportGraph(
  new Map([
    ["a.ts", 'import "./b.ts";\n'],
    ["b.ts", ""],
    ["tests/a_test.ts", 'import "../a.ts";\n'],
    ["tests/b_test.ts", 'import "../b.ts";\n'],
    ["tests/c_test.ts", 'new URL("../data/", import.meta.url);\n'],
    ["tests/kit.ts", ""],
  ]),
  ["data/d.txt", "README.md"],
);

Deno.test("tests are the files below tests/ that are named so", () => {
  assert.deepEqual(allTests(graph), ["tests/a_test.ts", "tests/b_test.ts", "tests/c_test.ts"]);
});

Deno.test("a changed file has the tests that reach it, itself included, however far away", () => {
  assert.deepEqual(testsReaching(graph, ["b.ts"]), ["tests/a_test.ts", "tests/b_test.ts"]);
  assert.deepEqual(testsReaching(graph, ["a.ts", "data/d.txt"]), ["tests/a_test.ts", "tests/c_test.ts"]);
  assert.deepEqual(testsReaching(graph, ["tests/b_test.ts"]), ["tests/b_test.ts"]);
  assert.deepEqual(testsReaching(graph, ["README.md", "removed.ts"]), []);
});

Deno.test("a folder stands for the tests in it, a file for itself, and twice named is once run", async () => {
  const root = new URL("../../../", import.meta.url).pathname;
  const project = await ImportGraph.read(new URL(`file://${root}`));
  const named = (...paths: string[]) => testsNamed(project, paths.map((path) => root + path), root);
  assert.deepEqual(named("tests/scripts/test/selection_test.ts", "tests/scripts/test/selection_test.ts"), [
    "tests/scripts/test/selection_test.ts",
  ]);
  const inFolder = named("tests/scripts");
  assert.ok(inFolder.length > 5 && inFolder.every((path) => path.startsWith("tests/scripts/")));
  assert.throws(
    () => named("tests/absent_test.ts"),
    /^CommandLineError: there is no file or folder .*absent_test\.ts$/,
  );
});
