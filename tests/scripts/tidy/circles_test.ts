import assert from "node:assert/strict";
import { circleFindings } from "../../../scripts/tidy/circles.ts";
import { sourcesIn, texts } from "./tree_of.ts";

const found = (files: Record<string, string>) => texts(circleFindings(sourcesIn(files)));

Deno.test("files that import each other are found, over several steps and for types alone too", () => {
  assert.match(
    found({
      "a/a.ts": 'import "./b.ts";\n',
      "a/b.ts": 'import type { C } from "./c.ts";\n',
      "a/c.ts": 'import "./a.ts";\n',
      "a/d.ts": 'import "./a.ts";\n',
    }).join(),
    /^a\/a\.ts is in a circle of imports: a\/a\.ts, a\/b\.ts, a\/c\.ts;/,
  );
});

Deno.test("folders that import each other are found although their files do not, with the imports", () => {
  assert.deepEqual(
    found({
      "a/b/x.ts": 'import "../c/x.ts";\n',
      "a/c/x.ts": "",
      "a/c/y.ts": 'import "../b/y.ts";\n',
      "a/b/y.ts": "",
    }),
    [
      "a/b is in a circle of folders: a/b, a/c (a/b/x.ts imports a/c/x.ts; a/c/y.ts imports a/b/y.ts); " +
      "turn one of these arrows round",
    ],
  );
});

Deno.test("arrows that all run down are no circle, and neither is one that a test closes", () => {
  assert.deepEqual(
    found({
      "a/x.ts": 'import "../b/x.ts";\nimport "../c/x.ts";\n',
      "b/x.ts": 'import "../c/x.ts";\n',
      "c/x.ts": "",
      "tests/x_test.ts": 'import "../a/x.ts";\n',
    }),
    [],
  );
});
