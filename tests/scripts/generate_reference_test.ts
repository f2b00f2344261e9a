/**
 * The reference of modules in docs is the one that the declarations give.
 *
 * Covers: scripts/generate_reference.ts
 */
import assert from "node:assert/strict";
import { modulesPage, testsIn } from "../../scripts/generate_reference.ts";
import { chart } from "../../scripts/reference/chart.ts";
import { figures } from "../../scripts/reference/figures.ts";
import { libraryEntries } from "../../testing/trial/library.ts";
import { pictured } from "../../scripts/reference/pictures.ts";

const root = new URL("../../", import.meta.url);
const entries = libraryEntries();
const numbersIn = (text: string) => [...text.matchAll(/\d+(?:\.\d+)?(?:e-?\d+)?/g)].map(([number]) => number);

Deno.test("docs/modules.md is what the declarations give; otherwise run: deno task reference --text", () => {
  assert.equal(Deno.readTextFileSync(new URL("docs/modules.md", root)), modulesPage());
});

Deno.test("every module has figures, and each stands in a test with all its numbers", () => {
  for (const { module, test } of entries) {
    const known = figures[module.moduleName] ?? [];
    assert.ok(known.length > 0, module.moduleName);
    const text = Deno.readTextFileSync(new URL(test, root));
    for (const { figure, asserted } of known) {
      assert.ok(text.includes(asserted), `${test}: expected "${asserted}"`);
      const there = numbersIn(asserted);
      for (const number of numbersIn(figure)) {
        assert.ok(
          there.includes(number),
          `${module.moduleName}: ${number} of "${figure}" is not in the test`,
        );
      }
    }
  }
  const names = entries.map(({ module }) => module.moduleName);
  assert.deepEqual(Object.keys(figures).filter((name) => !names.includes(name)), []);
});

Deno.test("every picture belongs to a module, is there, and is below 30 kB; every category has one", () => {
  for (const name of pictured) {
    const { size } = Deno.statSync(new URL(`docs/pictures/modules/${name}.svg`, root));
    assert.ok(size < 30_000, `${name}: ${size} bytes`);
    assert.ok(entries.some(({ module }) => module.moduleName === name), name);
  }
  const withPicture = entries.filter(({ module }) => pictured.includes(module.moduleName));
  const categories = (list: typeof entries) => new Set(list.map(({ category }) => category));
  assert.deepEqual(categories(withPicture), categories(entries));
});

Deno.test("titles of tests are found in their order, open where they differ", () => {
  const titles = testsIn("tests/modules/oscillators/saw_test.ts");
  assert.ok(titles[0].startsWith("saw and pulse are in tune"));
  assert.ok(titles.includes("aliases of … stay … dB under the fundamental below 20 kHz"));
});

Deno.test("a chart keeps every bend of its lines and leaves out what is straight", async () => {
  const axis = { title: "x", from: 0, to: 10 };
  const path = async (points: readonly [number, number][]) => {
    const svg = await chart([{ title: "", x: axis, y: axis, lines: [{ name: "", points }] }]);
    return /aria-label|d="(M0,170[^"]*)"[^>]*stroke="#0b62a4"/.exec(svg)?.[1];
  };
  const straight = Array.from({ length: 11 }, (_, index): [number, number] => [index, index]);
  assert.equal(await path(straight), "M0,170l300-170");
  assert.equal(await path([...straight.slice(0, 6), [10, 0]]), "M0,170l150-85l150,85");
});
