/**
 * Style as a test: sizes, arrows between folders, a test for every source file, no leftovers. Prints each finding with
 * its remedy; exit code 1 when there is any.
 *
 *     deno task tidy
 */
import { layoutHeader } from "./generate_layout.ts";

/** Something to mend, and how. */
export interface Finding {
  readonly file: string;
  readonly line?: number;
  readonly text: string;
}

const longestFile = 450;

const topLevel = new Set([
  ".ci",
  ".git",
  ".gitignore",
  "LICENSE",
  "README.md",
  "bench",
  "build",
  "dashboard",
  "deno.json",
  "deno.lock",
  "docs",
  "engine",
  "examples",
  "ffi",
  "main.ts",
  "modules",
  "node_modules",
  "osc",
  "patches",
  "scripts",
  "tests",
]);

/** Folders of sources and what each may import besides itself. */
const arrows: Readonly<Record<string, readonly string[]>> = {
  "main.ts": ["engine", "ffi", "modules", "osc", "patches", "dashboard"],
  engine: ["ffi", "modules"],
  ffi: ["engine/memory"],
  osc: ["engine/control/control.ts", "foundation/nearest.ts", "midi/messages.ts"],
  dashboard: ["engine/control/control.ts"],
  modules: [],
  patches: ["modules"],
};

const leftovers = /\b(TODO|FIXME|XXX|HACK)\b/;

/** A function or class that other files can use. */
const exportedCode = /^export (?:default )?(?:async |abstract )*(?:function\*?|class) ?(\w*)/;
/** Something that runs: a function, a class, or a constant that holds a function. */
const anyCode =
  /^(?:export )?(?:default )?(?:async |abstract )*(?:function|class)\b|^export const \w+[^=\n]*= (?:async )?(?:function\b|\(|\w+ =>)/m;
const emptyNames = /\/(utils?|helpers?|common|misc)\.ts$/;

/** All findings below `root`, which ends with a slash. */
export async function tidy(root: URL): Promise<Finding[]> {
  const findings: Finding[] = [];
  for await (const { name } of Deno.readDir(root)) {
    if (!topLevel.has(name)) {
      findings.push({ file: name, text: "does not belong at the top level; move it into a folder" });
    }
  }
  const files = await sourceFiles(root);
  const tested = new Set<string>();
  for (const { path, text } of files) {
    findings.push(...checkFile(path, text));
    if (!path.startsWith("tests/")) continue;
    importsOf(path, text).forEach((imported) => tested.add(imported.path));
    coveredBy(text).forEach((covered) => tested.add(covered));
  }
  for (const { path, text } of files) {
    if (!(path.split("/")[0] in arrows) || path === "main.ts" || onlyTypes(text)) continue;
    if (tested.has(path) || isEntry(path)) continue;
    findings.push({
      file: path,
      text: `no test imports it or names it after "Covers:"; add tests/${path.replace(/\.ts$/, "_test.ts")}`,
    });
  }
  const header = await Deno.readTextFile(new URL("ffi/native/layout.h", root)).catch(() => undefined);
  if (header !== undefined && header !== layoutHeader()) {
    findings.push({
      file: "ffi/native/layout.h",
      text: "is not what engine/memory/layout.ts declares; run: deno task generate",
    });
  }
  return findings;
}

function checkFile(path: string, text: string): Finding[] {
  const findings: Finding[] = [];
  const lines = text.split("\n");
  if (lines.length > longestFile) {
    findings.push({
      file: path,
      line: longestFile,
      text: `${lines.length} lines, at most ${longestFile}; split it`,
    });
  }
  if (emptyNames.test(`/${path}`)) {
    findings.push({ file: path, text: "the name says nothing; name the file after its noun" });
  }
  lines.forEach((line, index) => {
    if (path !== "scripts/tidy.ts" && path !== "tests/scripts/tidy_test.ts" && leftovers.test(line)) {
      findings.push({
        file: path,
        line: index + 1,
        text: "a leftover; do it, or file it where the team will see it",
      });
    }
    const exported = exportedCode.exec(line);
    if (
      exported && !path.startsWith("tests/") &&
      !lines.slice(Math.max(0, index - 2), index).some((above) => above.trim().endsWith("*/"))
    ) {
      if (!(index > 1 && text.startsWith("/**") && isFirstExport(lines, index))) {
        findings.push({
          file: path,
          line: index + 1,
          text: `${exported[1] || "the default export"} has no description; write one above it`,
        });
      }
    }
  });
  const folder = path.split("/")[0];
  const allowed = arrows[folder];
  if (!allowed) return findings;
  for (const { path: imported, typesOnly, line } of importsOf(path, text)) {
    if (folder !== "main.ts" && imported.startsWith(`${folder}/`)) continue;
    if (imported === "deno.json" || allowed.some((prefix) => imported.startsWith(prefix))) continue;
    if (folder === "modules" && imported.startsWith("engine/") && typesOnly) continue;
    findings.push({
      file: path,
      line,
      text: `imports ${imported}, against the arrows; ${folder} may import ${
        allowed.join(", ") || "nothing"
      }`,
    });
  }
  return findings;
}

/** A file that opens with an essay describes its first export there. */
function isFirstExport(lines: readonly string[], index: number): boolean {
  return !lines.slice(0, index).some((line) => exportedCode.test(line));
}

function importsOf(path: string, text: string): { path: string; typesOnly: boolean; line: number }[] {
  const found: { path: string; typesOnly: boolean; line: number }[] = [];
  const pattern =
    /^(import|export)( type)?[^;"']*?from "(\.[^"]+)"|^import "(\.[^"]+)"|new URL\("(\.[^"]+\.ts)", import\.meta\.url\)|\bimport\("(\.[^"]+)"\)/gm;
  for (const match of text.matchAll(pattern)) {
    const target = new URL(match[3] ?? match[4] ?? match[5] ?? match[6], `file:///${path}`).pathname.slice(1);
    found.push({
      path: target,
      typesOnly: match[2] !== undefined,
      line: text.slice(0, match.index).split("\n").length,
    });
  }
  return found;
}

/** Files that a test of the whole names in its head, because it meets them only through others. */
function coveredBy(text: string): string[] {
  const list = /Covers: ([^\n]*(?:\n \* +[^\n]*\.ts[^\n]*)*)/.exec(text)?.[1] ?? "";
  return [...list.matchAll(/[\w/]+\.ts/g)].map(([path]) => path);
}

/** Nothing in it runs: interfaces, types, and constants. */
function onlyTypes(text: string): boolean {
  return !anyCode.test(text);
}

/** Runs in a thread or process of its own, where tests meet it from outside. */
function isEntry(path: string): boolean {
  return path === "engine/renderer/worker.ts";
}

async function sourceFiles(root: URL, folder = ""): Promise<{ path: string; text: string }[]> {
  const files: { path: string; text: string }[] = [];
  for await (const { name, isDirectory } of Deno.readDir(new URL(folder || ".", root))) {
    const path = folder + name;
    if (isDirectory && !["node_modules", "build", ".git"].includes(name)) {
      files.push(...await sourceFiles(root, `${path}/`));
    } else if (name.endsWith(".ts")) files.push({ path, text: await Deno.readTextFile(new URL(path, root)) });
  }
  return files;
}

if (import.meta.main) {
  const findings = await tidy(new URL("../", import.meta.url));
  for (const { file, line, text } of findings) {
    console.log(`${file}${line === undefined ? "" : `:${line}`}: ${text}`);
  }
  console.log(findings.length === 0 ? "tidy" : `${findings.length} findings`);
  Deno.exit(findings.length === 0 ? 0 : 1);
}
