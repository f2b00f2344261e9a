/**
 * Writes the figures of `docs/testing.md` from the tests themselves, and prints how many files define tests.
 *
 *     deno task figures
 */
import { faultKinds, faultTargets } from "../engine/control/control.ts";
import { patchNames } from "../patches/ready/catalogue.ts";

const root = new URL("../", import.meta.url);
const beginning = "<!-- figures: deno task figures -->";
const end = "<!-- end of figures -->";

/** Texts of the files that figures are counted in. */
interface Counted {
  readonly simulation: string;
  readonly compiler: readonly string[];
  readonly patchFiles: string;
  readonly modules: string;
}

/** Reads what {@link testingFigures} counts; files are found by their names, wherever below `tests/` they are. */
export async function countedFiles(): Promise<Counted> {
  const files = await testFiles(new URL("tests/", root));
  const read = (name: string) => {
    const found = files.filter(({ pathname }) => pathname.endsWith(`/${name}`));
    if (found.length !== 1) throw new Error(`expected one ${name} below tests/, found ${found.length}`);
    return Deno.readTextFile(found[0]);
  };
  return {
    simulation: await read("simulation_test.ts"),
    compiler: await Promise.all(
      ["compile_test.ts", "fixed_patch_test.ts", "resolve_samples_test.ts"].map(read),
    ),
    patchFiles: await read("evaluate_patch_test.ts"),
    modules: await read("all_modules_test.ts"),
  };
}

/** The table of figures, in Markdown. */
export function testingFigures({ simulation, compiler, patchFiles, modules }: Counted): string {
  const seeds = /UNDERSTUDY_TEST_SEEDS"\) \?\? ([\d_]+)/.exec(simulation)?.[1].replaceAll("_", "");
  if (seeds === undefined) throw new Error("simulation_test.ts: found no default of UNDERSTUDY_TEST_SEEDS");
  const rows: readonly (readonly [string, number, string])[] = [
    ["kinds of injected fault", faultKinds.length, faultKinds.map((kind) => `\`${kind}\``).join(", ")],
    ["targets of a fault", faultTargets.length, faultTargets.map((target) => `\`${target}\``).join(", ")],
    ["seeds of the simulator", Number(seeds), "a test run has a share of them, `deno task test:long` all"],
    ["bugs planted in the simulator", entries(simulation, "plantedBugs"), "each must be caught"],
    [
      "mistakes planted in compiled text",
      entries(compiler[0], "planted") + entries(compiler[1], "mistakes") - 1 + replacements(compiler[2]),
      "each must be noticed by the interpreter",
    ],
    [
      "faulty patch files",
      ["bad", "endless", "hungry"].reduce((sum, constant) => sum + entries(patchFiles, constant), 0),
      "each must be one clear line, or be stopped",
    ],
    [
      "modules that stand storms of notes",
      modules.match(/module: library\.\w+/g)?.length ?? 0,
      "in voices, in the output, or in both",
    ],
    ["ready patches played as scores", patchNames.length, patchNames.map((name) => `\`${name}\``).join(", ")],
  ];
  for (const [name, count] of rows) {
    if (count === 0) throw new Error(`found no ${name}; teach scripts/testing_figures.ts where they are now`);
  }
  const lines = rows.map(([name, count, which]) => `| ${name} | ${count.toLocaleString("en")} | ${which} |`);
  return ["| | number | |", "|---|---:|---|", ...lines].join("\n");
}

/** The page with the table between its markers. */
export function withFigures(page: string, table: string): string {
  const [from, to] = [page.indexOf(beginning), page.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`docs/testing.md: expected ${beginning} and ${end}`);
  return `${page.slice(0, from)}${beginning}\n\n${table}\n\n${page.slice(to)}`;
}

/** Entries of the record that a constant holds: names at its first level. */
function entries(text: string, constant: string): number {
  const body = new RegExp(`^const ${constant}\\b[^]*?^};`, "m").exec(text)?.[0] ?? "";
  return body.match(/^ {2}(?:"[^"]+"|\w+):/gm)?.length ?? 0;
}

function replacements(text: string): number {
  const body = /\[mistake, from, to\] of \[[^]*?^ {2}\]/m.exec(text)?.[0] ?? "";
  return body.match(/^ {4}\["/gm)?.length ?? 0;
}

async function testFiles(folder: URL): Promise<URL[]> {
  const files: URL[] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (isDirectory) files.push(...await testFiles(new URL(`${name}/`, folder)));
    else if (name.endsWith("_test.ts")) files.push(new URL(name, folder));
  }
  return files;
}

if (import.meta.main) {
  const page = new URL("docs/testing.md", root);
  await Deno.writeTextFile(
    page,
    withFigures(await Deno.readTextFile(page), testingFigures(await countedFiles())),
  );
  const { length } = await testFiles(new URL("tests/", root));
  console.log(`docs/testing.md is current; ${length} files define tests`);
}
