/**
 * Libraries that run in the browser, copied from their pinned packages into `dashboard/lib`, so that who plays downloads no package
 * for the page, and a binary carries them. Each keeps its licence; names of other packages become names of files.
 */
import type { GeneratedFile } from "./generated_file.ts";

interface Library {
  /** Name of the copy in `dashboard/lib`. */
  readonly file: string;
  /** Package, and the file in it, or several that become one. */
  readonly package: string;
  readonly path: string | readonly string[];
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
  {
    file: "jsonc_parser.js",
    package: "jsonc-parser",
    // each after the files that it imports
    path: ["string-intern", "scanner", "parser", "format", "edit"].map((name) => `lib/esm/impl/${name}.js`),
    end: "const modify = setProperty;\n" +
      "const applyEdits = (text, edits) =>\n" +
      "  edits.toSorted((one, other) => other.offset - one.offset).reduce(applyEdit, text);\n" +
      "export { applyEdits, findNodeAtLocation, getNodeValue, modify, parseTree };\n",
  },
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
  const notice = Deno.readTextFileSync(new URL(typeof path === "string" ? "LICENSE" : "LICENSE.md", folder))
    .trim();
  const text = typeof path === "string"
    ? Deno.readTextFileSync(new URL(path, folder)).replace(/\/\/# sourceMappingURL=.*\n?/, "")
      .replaceAll('from"preact"', 'from"./preact.js"')
    : path.map((part) => joined(Deno.readTextFileSync(new URL(part, folder)))).join("\n");
  return `/*! ${name} ${version}, ${license}\n\n${notice}\n*/\n${text.trimEnd()}\n${end}`;
}

/** A file of several that become one: they share their names. */
function joined(text: string): string {
  return text.replace(/^\/\*-+\n.*?\*\/\n/s, "").replace(/^'use strict';\n/m, "")
    .replace(/^import .*\n/gm, "").replace(/^export (?=const|var|function)/gm, "");
}
