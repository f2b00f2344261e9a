/**
 * A test for each file of the program: `tests/a/b_test.ts` for `a/b.ts`, and it imports that file, or names it by its
 * address when it is a worker or a program. Files of some rooms have one test together.
 */
import type { Declaration } from "./declarations.ts";
import type { Finding } from "./finding.ts";
import type { Source } from "./sources.ts";

const program =
  /^(main\.ts$|(cli|config|osc|midi|engine|ffi|compiler|modules|patches|foundation|dashboard|show)\/)/;

/** Rooms whose files have one test together: parts of the page are drawn as one, a show plays as one, a source reads one file. */
const together: Readonly<Record<string, string>> = {
  "dashboard/page/parts/": "tests/dashboard/page/parts_test.ts",
  "dashboard/page/show/": "tests/dashboard/page/show_test.ts",
  "engine/streams/source/": "tests/engine/streams/source_test.ts",
  "show/file/": "tests/show/file_test.ts",
  "engine/show/": "tests/engine/show_test.ts",
  "show/playing/": "tests/show/playing_test.ts",
};

/** Files of the program with code in them that have no test of their own. */
export function testTwinFindings(sources: readonly Source[]): Finding[] {
  const byPath = new Map(sources.map((source) => [source.path, source]));
  const findings: Finding[] = [];
  for (const { path, declarations, code } of sources) {
    if (!program.test(path) || !(declarations.some(hasCode) || isProgram(code))) continue;
    const room = Object.keys(together).find((room) => path.startsWith(room));
    const twinPath = room === undefined ? `tests/${path.replace(/\.ts$/, "_test.ts")}` : together[room];
    const twin = byPath.get(twinPath);
    if (twin?.imports.some((used) => used.path === path && !used.typesOnly)) continue;
    findings.push({
      file: path,
      text: twin
        ? `is not imported by its test; let ${twinPath} import what it tests`
        : `has no test; add ${twinPath}, which imports it`,
    });
  }
  return findings;
}

/** Something that others can run. A table that is the argument of a call, such as a patch, is tested by its reader. */
function hasCode({ exported, kind, functions, inherits, name }: Declaration): boolean {
  if (!exported) return false;
  if (kind === "class") return !(inherits && name.endsWith("Error") && functions.every(isConstructor));
  return kind === "function" || (kind === "constant" && functions.length > 0);
}

function isConstructor({ name }: { name: string }): boolean {
  return name.endsWith(".constructor");
}

/** A worker or a command: it listens to messages, or runs when it is started. */
function isProgram(code: Source["code"]): boolean {
  return code.some(({ text }, index) =>
    (text === "onmessage" && code[index + 1]?.text === "=") ||
    (text === "main" && code[index - 2]?.text === "meta" && code[index - 3]?.text === ".")
  );
}
