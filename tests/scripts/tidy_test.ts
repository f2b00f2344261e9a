import assert from "node:assert/strict";
import { tidy } from "../../scripts/tidy.ts";

async function findingsOf(files: Record<string, string>): Promise<string[]> {
  const root = await Deno.makeTempDir();
  for (const [path, text] of Object.entries(files)) {
    await Deno.mkdir(`${root}/${path}`.replace(/\/[^/]*$/, ""), { recursive: true });
    await Deno.writeTextFile(`${root}/${path}`, text);
  }
  const findings = await tidy(new URL(`file://${root}/`));
  await Deno.remove(root, { recursive: true });
  return findings.map(({ file, line, text }) => `${file}${line === undefined ? "" : `:${line}`} ${text}`);
}

const described = "/** Does it. */\nexport function play() {}\n";
const tested = { "tests/engine/play_test.ts": 'import { play } from "../../engine/play.ts";\n' };

Deno.test("a tree without faults has no findings", async () => {
  assert.deepEqual(
    await findingsOf({
      "engine/play.ts": described,
      "main.ts": 'import { play } from "./engine/play.ts";\n',
      ...tested,
    }),
    [],
  );
});

Deno.test("each planted fault is found, with its place", async () => {
  const planted: [Record<string, string>, RegExp][] = [
    [{ "stray.txt": "" }, /^stray\.txt does not belong/],
    [{ "engine/play.ts": described + "x\n".repeat(500), ...tested }, /^engine\/play\.ts:450 \d+ lines/],
    [
      { "engine/helpers.ts": described, "tests/a_test.ts": 'import "../engine/helpers.ts";\n' },
      /^engine\/helpers\.ts the name says nothing/,
    ],
    [{ "engine/play.ts": described }, /^engine\/play\.ts no test imports it/],
    [
      { "engine/play.ts": "const a = 1;\n\nexport function play() {}\n", ...tested },
      /^engine\/play\.ts:3 play has no description/,
    ],
    [{ "engine/play.ts": described + "// TO" + "DO later\n", ...tested }, /^engine\/play\.ts:3 a leftover/],
    [
      { "osc/a.ts": 'import type { Engine } from "../engine/engine.ts";\n' },
      /^osc\/a\.ts:1 imports engine\/engine\.ts, against the arrows/,
    ],
    [
      { "modules/a.ts": 'import { play } from "../engine/play.ts";\n' },
      /^modules\/a\.ts:1 imports engine\/play\.ts/,
    ],
    [{ "ffi/native/layout.h": "old" }, /^ffi\/native\/layout\.h is not what/],
  ];
  for (const [files, pattern] of planted) {
    const findings = await findingsOf(files);
    assert.ok(
      findings.some((finding) => pattern.test(finding)),
      `${pattern} not among: ${findings.join("; ")}`,
    );
  }
});
