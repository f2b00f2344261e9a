/**
 * A test for each file of the program: `tests/a/b_test.ts` for `a/b.ts`, and it imports that file, or names it by its
 * address when it is a worker or a program.
 */
import type { Declaration } from "./declarations.ts";
import type { Finding } from "./finding.ts";
import type { Source } from "./sources.ts";

const program =
  /^(main\.ts$|(cli|config|osc|midi|engine|ffi|compiler|modules|patches|foundation|dashboard|show)\/)/;

/** Files of the program with code in them that have no test of their own; `awaiting` names those known to have none. */
export function testTwinFindings(sources: readonly Source[], awaiting: readonly string[]): Finding[] {
  const byPath = new Map(sources.map((source) => [source.path, source]));
  const findings: Finding[] = [];
  for (const { path, declarations, code } of sources) {
    if (!program.test(path)) continue;
    const twinPath = `tests/${path.replace(/\.ts$/, "_test.ts")}`;
    const twin = byPath.get(twinPath);
    const tested = twin?.imports.some((used) => used.path === path && !used.typesOnly) ?? false;
    const needed = declarations.some(hasCode) || isProgram(code);
    if (awaiting.includes(path)) {
      if (tested || !needed) {
        findings.push({ file: path, text: "has its test; take it off scripts/tidy/awaiting_tests.ts" });
      }
    } else if (needed && !tested) {
      findings.push({
        file: path,
        text: twin
          ? `is not imported by its test; let ${twinPath} import what it tests`
          : `has no test; add ${twinPath}, which imports it`,
      });
    }
  }
  for (const path of awaiting) {
    if (!byPath.has(path) && program.test(path)) {
      findings.push({
        file: "scripts/tidy/awaiting_tests.ts",
        text: `names ${path}, which does not exist; remove it`,
      });
    }
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
