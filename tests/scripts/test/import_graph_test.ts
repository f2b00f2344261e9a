import assert from "node:assert/strict";
import { ImportGraph } from "../../../scripts/test/import_graph.ts";

const files: Readonly<Record<string, string>> = {
  "a/one.ts": [
    'import { two } from "./two.ts";',
    'import type { Three } from "./three.ts";',
    "import {",
    "  four,",
    '} from "../b/four.ts";',
    'export { five } from "./five.ts";',
    'import "./six.ts";',
    'const seven = () => import("./seven.ts");',
    'const eight = new Worker(new URL("./eight.ts", import.meta.url), { type: "module" });',
    'import { mapped } from "mapped";',
    'import fc from "fast-check";',
    '// import "./commented.ts";',
  ].join("\n"),
  "a/two.ts": 'import "../b/nine.ts";\n',
  "a/data.ts": "const text = new URL(`../data/${name}.txt`, import.meta.url);\n",
  "a/starts.ts": 'new Deno.Command("deno", { args: ["run", "a/two.ts"] });\n',
  "a/names.ts": 'const list = ["a/two.ts"];\n',
  ...Object.fromEntries(
    ["a/three", "a/five", "a/six", "a/seven", "a/eight", "a/commented", "b/four", "b/nine", "b/mapped"]
      .map((name) => [`${name}.ts`, ""]),
  ),
};
const graph = new ImportGraph(new Map(Object.entries(files)), ["data/x.txt", "data/y.txt", "other/z.txt"], {
  mapped: "./b/mapped.ts",
  "fast-check": "npm:fast-check",
});

Deno.test("a file needs what it imports, hands on, loads later, and starts as a worker, but no types and no comments", () => {
  assert.deepEqual(
    [...graph.needs("a/one.ts")].sort(),
    [
      ...["a/eight.ts", "a/five.ts", "a/seven.ts", "a/six.ts", "a/two.ts"],
      ...["b/four.ts", "b/mapped.ts"],
    ],
  );
});

Deno.test("what is needed through others belongs to the closure", () => {
  assert.ok(graph.closure("a/one.ts").has("b/nine.ts"));
  assert.deepEqual([...graph.closure("b/nine.ts")], ["b/nine.ts"]);
});

Deno.test("the address of a folder stands for the data in it", () => {
  assert.deepEqual([...graph.needs("a/data.ts")], ["data/x.txt", "data/y.txt"]);
});

Deno.test("a file that starts processes needs the files that it names, and one that does not does not", () => {
  assert.deepEqual([...graph.needs("a/starts.ts")], ["a/two.ts"]);
  assert.deepEqual([...graph.needs("a/names.ts")], []);
});

Deno.test("of this project: a test of the program reaches its workers, and the native part its C files", async () => {
  const project = await ImportGraph.read(new URL("../../../", import.meta.url));
  const closure = project.closure("tests/main_test.ts");
  for (const path of ["main.ts", "engine/renderer/worker.ts", "ffi/native/callback.c"]) {
    assert.ok(closure.has(path), path);
  }
  assert.ok(!project.closure("tests/foundation/nearest_test.ts").has("main.ts"));
});
