import assert from "node:assert/strict";
import { ImportGraph } from "../../../scripts/test/import_graph.ts";
import { filesOfShare } from "../../../scripts/test/file_share.ts";
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
    ["scripts/pack.ts", 'import "../compiler/compile.ts";\n'],
    ...["pack", "ship", "upgrade"].map((name): [string, string] => [
      `tests/scripts/${name}_test.ts`,
      '/** Takes turns: its parts have tests. */\nimport "../../scripts/pack.ts";\n',
    ]),
  ]),
);
const all = allTests(graph);
const taken = (share: number | "all", changed?: readonly string[]) =>
  filesOfShare(graph, all, share, changed);

Deno.test("each share takes other files, all of them together take every one, and other tests always run", () => {
  const shares = Array.from({ length: 15 }, (_, share) => taken(share, []).files);
  assert.deepEqual(new Set(shares.flat()), new Set(all));
  for (const file of all) {
    const often = shares.filter((files) => files.includes(file)).length;
    const expected = file.startsWith("tests/modules/filters/")
      ? 3
      : file.startsWith("tests/scripts/")
      ? 5
      : 15;
    assert.equal(often, expected, file);
  }
  assert.deepEqual(taken(15, []), taken(0, []));
  assert.deepEqual(taken(1, []).said, [
    "share: 1 of 4 tests that measure a module or a ready patch; 3 are left to deno task test:long",
    "share: 1 of 3 test files that take turns; 2 are left to deno task test:long",
  ]);
});

Deno.test("a test that takes turns runs in every share when it changed, or what it names itself", () => {
  const turning = (changed: string) =>
    [0, 1, 2].map((share) =>
      taken(share, [changed]).files.filter((file) => file.startsWith("tests/scripts/"))
    );
  assert.deepEqual(turning("scripts/pack.ts").map(({ length }) => length), [3, 3, 3]);
  for (const files of turning("tests/scripts/ship_test.ts")) {
    assert.ok(files.includes("tests/scripts/ship_test.ts"));
  }
  assert.deepEqual(turning("compiler/compile.ts").map(({ length }) => length), [1, 1, 1]);
});

Deno.test("a module that changed, or its test, is measured by every share", () => {
  for (const changed of ["modules/filters/c.ts", "tests/modules/filters/c_test.ts"]) {
    for (const share of [0, 1, 2, 3, 4]) {
      assert.ok(taken(share, [changed]).files.includes("tests/modules/filters/c_test.ts"), changed);
    }
  }
  assert.deepEqual(taken(1, ["compiler/compile.ts"]), taken(1, []), "the compiler has tests of its own");
});

Deno.test("a long run, and one that does not know what changed, take every file", () => {
  for (const found of [taken("all", []), taken(1, undefined)]) {
    assert.deepEqual(found, { files: all, said: [] });
  }
});

Deno.test("of this project a share has a fifth of the modules and ready patches, and a third of what takes turns", async () => {
  const project = await ImportGraph.read(new URL("../../../", import.meta.url));
  const ofShare = [0, 1, 2, 3, 4].map((share) => filesOfShare(project, allTests(project), share, []));
  const sharesOf = ofShare.map(({ files }) => new Set(files));
  const { said } = ofShare[1];
  for (const [index, [part, atLeast]] of [[5, 50], [3, 10]].entries()) {
    const [, some, whole] = /^share: (\d+) of (\d+) /.exec(said[index] ?? "") ?? [];
    assert.ok(Number(whole) > atLeast && Math.abs(Number(some) - Number(whole) / part) <= 1, said[index]);
  }
  // a file with shares of a multiple of its own parts would always have the same items in its share
  for (const file of allTests(project)) {
    const always = [0, 1, 2, 3, 4].every((share) => sharesOf[share].has(file));
    const parts = always ? 0 : project.text(file).includes("Takes turns: ") ? 3 : 5;
    for (const [, inside] of project.text(file).matchAll(/sharedItems\([^]*?,\s*(\d+),?\s*\)/g)) {
      assert.notEqual(Number(inside) % parts, 0, `${file}: shares of ${inside} in a share of ${parts}`);
    }
  }
});
