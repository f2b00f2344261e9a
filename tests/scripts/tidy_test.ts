import assert from "node:assert/strict";
import { tidy } from "../../scripts/tidy.ts";
import { sourcesOf } from "../../scripts/tidy/sources.ts";
import { texts, treeOf } from "./tidy/tree_of.ts";

const rules = {
  arrows: { "main.ts": ["engine"], engine: [], osc: ["types:engine/control"], modules: [] },
  generated: [{ path: "ffi/native/layout.h", source: "engine/memory/layout.ts", text: () => "new" }],
};

function findingsOf(files: Record<string, string>): string[] {
  const tree = treeOf(files);
  return texts(tidy(tree, sourcesOf(tree), rules));
}

const described = "/** Does it. */\nexport function play() {}\n";
const tested = { "tests/engine/play_test.ts": 'import { play } from "../../engine/play.ts";\n' };
const main = {
  "main.ts": 'import { play } from "./engine/play.ts";\n',
  "tests/main_test.ts": 'import "../main.ts";\n',
};
const others = {
  "osc/a.ts": 'import type { E } from "../engine/control/e.ts";\n',
  "engine/control/e.ts": "export type E = 1;\n",
  "modules/a.ts": "const a = 1;\n",
};
const house = { "engine/play.ts": described, ...main, ...tested, ...others };

Deno.test("a tree without faults has no findings", () => {
  assert.deepEqual(findingsOf(house), []);
});

const planted: Readonly<Record<string, [Record<string, string>, RegExp]>> = {
  "top level": [{ "stray.txt": "" }, /^stray\.txt does not belong/],
  "file name": [{ "engine/helpers.ts": "const a = 1;\n" }, /^engine\/helpers\.ts the name says nothing/],
  "circle of files": [
    { "engine/a.ts": 'import "./b.ts";\n', "engine/b.ts": 'import "./a.ts";\n' },
    /^engine\/a\.ts is in a circle of imports/,
  ],
  "circle of folders": [
    {
      "engine/x/a.ts": 'import "../y/a.ts";\n',
      "engine/y/a.ts": "",
      "engine/y/b.ts": 'import "../x/b.ts";\n',
    },
    /^engine\/x is in a circle of folders/,
  ],
  "import of types": [
    { "osc/b.ts": 'import type { Engine } from "../engine/engine.ts";\n' },
    /^osc\/b\.ts:1 imports engine\/engine\.ts \(types\), against the arrows/,
  ],
  "import": [
    { "modules/b.ts": 'import { play } from "../engine/play.ts";\n' },
    /^modules\/b\.ts:1 imports engine/,
  ],
  "arrow that nothing needs": [{ "osc/a.ts": "" }, /^scripts\/tidy\/arrows\.ts lets osc import types:engine/],
  "test": [{ "tests/engine/play_test.ts": "" }, /^engine\/play\.ts is not imported by its test/],
  "sleep": [
    { "tests/a_test.ts": "await new Promise((done) => setTimeout(done, 9));\n" },
    /^tests\/a_test\.ts:1 sleeps a fixed time/,
  ],
  "dead export": [
    { "engine/b.ts": "export const n = 1;\n" },
    /^engine\/b\.ts:1 exports n, which nothing uses/,
  ],
  "description": [
    { "engine/play.ts": "const a = 1;\n\nexport function play() {}\n" },
    /^engine\/play\.ts:3 play has no description/,
  ],
  "limit": [{ "engine/b.ts": "const mostVoices = 4;\n" }, /^engine\/b\.ts:1 mostVoices names a limit/],
  "leftover": [{ "engine/play.ts": `${described}// TODO later\n` }, /^engine\/play\.ts:3 a leftover/],
  "link in a comment": [
    { "engine/b.ts": "/** See {@link gone}. */\n" },
    /^engine\/b\.ts:1 \{@link gone\} leads nowhere/,
  ],
  "link in a document": [{ "README.md": "[a](gone.md)\n" }, /^README\.md:1 links to gone\.md/],
  "example": [{ "docs/a.md": "```ts\nconst a = 1;\n```\n" }, /^docs\/a\.md has examples that nothing runs/],
  "generated file": [{ "ffi/native/layout.h": "old" }, /^ffi\/native\/layout\.h is not what/],
};

for (const [fault, [files, pattern]] of Object.entries(planted)) {
  Deno.test(`a planted fault is found, with its place: ${fault}`, () => {
    const findings = findingsOf({ ...house, ...files });
    assert.ok(
      findings.some((finding) => pattern.test(finding)),
      `${pattern} not among: ${findings.join("; ")}`,
    );
  });
}
