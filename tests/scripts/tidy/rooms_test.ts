import assert from "node:assert/strict";
import { circlesOf, foldersOf, planOf } from "../../../scripts/tidy/rooms.ts";
import { sourcesIn } from "./tree_of.ts";

const files = {
  "main.ts": 'import "./engine/engine.ts";\n',
  "engine/engine.ts":
    'import "./log/log.ts";\nimport "./memory/a.ts";\nimport type { B } from "./memory/b.ts";\n',
  "engine/log/log.ts": 'import type { B } from "../memory/b.ts";\n',
  "engine/memory/a.ts": "",
  "engine/memory/b.ts": 'import "./a.ts";\n',
  "osc/osc.ts": "",
  "tests/engine_test.ts": 'import "../engine/engine.ts";\n',
};

Deno.test("rooms are files and folders beside each other; a test is none", () => {
  const names = (folder: string) => planOf(sourcesIn(files), folder).rooms.map(({ name }) => name).sort();
  assert.deepEqual(names(""), ["engine", "main.ts", "osc"]);
  assert.deepEqual(names("engine"), ["engine/engine.ts", "engine/log", "engine/memory"]);
});

Deno.test("an arrow is drawn once, with each import that draws it, and knows when only types go along it", () => {
  const arrows = planOf(sourcesIn(files), "engine").arrows.map(({ from, to, imports, typesOnly }) =>
    `${from} -> ${to} ${imports.length} ${typesOnly}`
  );
  assert.deepEqual(arrows, [
    "engine/engine.ts -> engine/log 1 false",
    "engine/engine.ts -> engine/memory 2 false",
    "engine/log -> engine/memory 1 true",
  ]);
});

Deno.test("a room stands one floor above the highest room that it imports", () => {
  const { rooms, floors, arrowsBack, circles } = planOf(sourcesIn(files), "engine");
  assert.deepEqual(rooms.map(({ name, floor }) => `${floor} ${name}`), [
    "3 engine/engine.ts",
    "2 engine/log",
    "1 engine/memory",
  ]);
  assert.deepEqual([floors, arrowsBack, circles], [3, [], []]);
});

Deno.test("of a circle the fewest arrows run back up, and they lift no room", () => {
  const plan = planOf(sourcesIn({
    "a/top.ts": 'import "../b/x.ts";\nimport "../c/x.ts";\n',
    "b/x.ts": 'import "../c/x.ts";\n',
    "c/x.ts": "",
    "c/y.ts": 'import "../a/low.ts";\n',
    "a/low.ts": "",
  }));
  assert.deepEqual(plan.circles, [["a", "b", "c"]]);
  assert.deepEqual(plan.arrowsBack.map(({ from, to }) => `${from} ${to}`), ["c a"]);
  assert.equal(plan.floors, 3);
});

Deno.test("a circle of many rooms is put in an order too", () => {
  const count = 12;
  const ring = Object.fromEntries(
    Array.from(
      { length: count },
      (_, index) => [`r${index}/x.ts`, `import "../r${(index + 1) % count}/x.ts";\n`],
    ),
  );
  const { circles, arrowsBack, floors } = planOf(sourcesIn(ring));
  assert.deepEqual([circles.length, arrowsBack.length, floors], [1, 1, count]);
});

Deno.test("folders are listed with the house first, without those of tests", () => {
  assert.deepEqual(foldersOf(sourcesIn(files)), ["", "engine", "engine/log", "engine/memory", "osc"]);
});

Deno.test("circles are groups that reach each other, apart from each other", () => {
  const arrows = ["ab", "bc", "ca", "cd", "de", "ed", "f f"].map(([from, to]) => ({ from, to }));
  assert.deepEqual(circlesOf(["a", "b", "c", "d", "e", "f"], arrows), [["a", "b", "c"], ["d", "e"]]);
});
