import assert from "node:assert/strict";
import { countedFiles, testingFigures, withFigures } from "../../scripts/testing_figures.ts";

const counted = await countedFiles();

/** The number in the row of a table that begins with `name`. */
function figure(table: string, name: string): number {
  const row = table.split("\n").find((line) => line.startsWith(`| ${name} `));
  return Number(row?.split("|")[2].replaceAll(",", ""));
}

/** Cells of the tables in `text`, without the spaces that the formatter puts around them. */
function cells(text: string): string[][] {
  const rows = text.split("\n").filter((line) => line.startsWith("|") && !/^\|[ :|-]+$/.test(line));
  return rows.map((row) => row.split("|").map((cell) => cell.trim()));
}

Deno.test("docs/testing.md has the figures of today's tests; otherwise run: deno task figures", async () => {
  const page = await Deno.readTextFile(new URL("../../docs/testing.md", import.meta.url));
  assert.deepEqual(cells(page), cells(withFigures(page, testingFigures(counted))));
});

Deno.test("a bug that is planted, or a seed that is left out, changes its figure", () => {
  const before = testingFigures(counted);
  const more = testingFigures({
    ...counted,
    simulation: counted.simulation
      .replace(/^(const plantedBugs[^\n]*\n)/m, '$1  "one more": {},\n')
      .replace(/(UNDERSTUDY_TEST_SEEDS"\) \?\?) [\d_]+/, "$1 77"),
  });
  const bugs = "bugs planted in the simulator";
  assert.equal(figure(more, bugs), figure(before, bugs) + 1);
  assert.equal(figure(more, "seeds of the simulator"), 77);
});

Deno.test("what is no longer found is an error that says where to mend it, not a zero", () => {
  assert.throws(
    () => testingFigures({ ...counted, modules: "" }),
    /found no modules .* scripts\/testing_figures\.ts/,
  );
  assert.throws(() => withFigures("# no markers", ""), /expected <!-- figures/);
});
