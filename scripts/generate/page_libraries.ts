/**
 * Libraries that run in the browser, copied from their pinned packages into `dashboard/lib`, so that who plays downloads no package
 * for the page, and a binary carries them. Each keeps its licence; names of other packages become names of files.
 */
import type { GeneratedFile } from "./generated_file.ts";

interface Library {
  /** Name of the copy in `dashboard/lib`. */
  readonly file: string;
  /** Package, and the file in it. */
  readonly package: string;
  readonly path: string;
  /** Added at the end. */
  readonly end?: string;
}

const libraries: readonly Library[] = [
  { file: "htm.js", package: "htm", path: "dist/htm.mjs" },
  { file: "preact.js", package: "preact", path: "dist/preact.mjs" },
  { file: "preact_hooks.js", package: "preact", path: "hooks/dist/hooks.mjs" },
  // the module of the package is not minified: three times as long
  { file: "uplot.js", package: "uplot", path: "dist/uPlot.iife.min.js", end: "export default uPlot;\n" },
  { file: "uplot.css", package: "uplot", path: "dist/uPlot.min.css" },
];

/** The copies, as `deno task generate` writes them. */
export const pageLibraries: readonly GeneratedFile[] = libraries.map((library) => ({
  path: `dashboard/lib/${library.file}`,
  source: `the package ${library.package} of deno.json`,
  text: () => copyOf(library),
}));

function copyOf({ package: name, path, end = "" }: Library): string {
  const folder = new URL(`../../node_modules/${name}/`, import.meta.url);
  const { version, license } = JSON.parse(Deno.readTextFileSync(new URL("package.json", folder)));
  const notice = Deno.readTextFileSync(new URL("LICENSE", folder)).trim();
  const text = Deno.readTextFileSync(new URL(path, folder)).replace(/\/\/# sourceMappingURL=.*\n?/, "")
    .replaceAll('from"preact"', 'from"./preact.js"');
  return `/*! ${name} ${version}, ${license}\n\n${notice}\n*/\n${text.trimEnd()}\n${end}`;
}
