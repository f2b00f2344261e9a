/**
 * Checks that the glossary does not rot: each row names files that exist and identifiers that those files declare, states
 * a known writer, and stands once, in alphabetical order.
 *
 * A table of two cells lists the writers and what each is. A row of any other table has four cells: noun, meaning, files and
 * identifiers, writer. In the third cell every word in backticks is a path or an identifier; in the second, words in
 * backticks that look like identifiers are checked too.
 */
import type { Finding } from "./finding.ts";

const file = "docs/glossary.md";

const identifier = /^[A-Za-z_$][\w$]*(?:\.[A-Za-z_$][\w$]*)*$/;

/** One noun of the glossary. */
export interface GlossaryRow {
  readonly line: number;
  readonly noun: string;
  readonly meaning: string;
  readonly where: string;
  readonly writer: string;
}

/** Every noun in `text`; rows that are none become findings of {@link glossaryFindings}. */
export function glossaryRows(text: string): GlossaryRow[] {
  return tableLines(text).flatMap(({ line, cells }) => {
    if (cells.length !== 4) return [];
    const [noun, meaning, where, writer] = cells;
    return [{ line, noun, meaning, where, writer }];
  });
}

/**
 * @param text the glossary
 * @param exists whether a path of the project exists
 * @param declares whether the file at a path declares a name; see {@link declaresName}
 */
export function glossaryFindings(
  text: string,
  exists: (path: string) => boolean,
  declares: (path: string, name: string) => boolean,
): Finding[] {
  const findings: Finding[] = [];
  const report = (line: number, problem: string) => findings.push({ file, line, text: problem });
  const rows = glossaryRows(text);
  if (rows.length === 0) report(1, "has no table of nouns");
  const writers = new Set<string>();
  for (const { line, cells } of tableLines(text)) {
    if (cells.length === 2 && cells[1] !== "") inBackticks(cells[0]).forEach((writer) => writers.add(writer));
    else if (cells.length !== 4 || cells.some((cell) => cell === "")) {
      report(line, "a row has four cells: noun, meaning, files and identifiers, writer");
    }
  }

  const seen = new Map<string, number>();
  let last: GlossaryRow | undefined;
  for (const row of rows) {
    const { line, noun } = row;
    const earlier = seen.get(noun.toLowerCase());
    if (earlier !== undefined) report(line, `"${noun}" already stands in line ${earlier}; merge the two`);
    seen.set(noun.toLowerCase(), line);
    if (last?.line === line - 1 && last.noun.toLowerCase() > noun.toLowerCase()) {
      report(line, `"${noun}" stands behind "${last.noun}"; sort the table`);
    }
    last = row;
    checkNames(row, exists, declares, report);
    for (const writer of row.writer.split(", ")) {
      if (!writers.has(writer)) {
        report(line, `"${writer}" is no writer of the first table: ${[...writers].join(", ")}`);
      }
    }
  }
  return findings;
}

function checkNames(
  { line, noun, meaning, where }: GlossaryRow,
  exists: (path: string) => boolean,
  declares: (path: string, name: string) => boolean,
  report: (line: number, problem: string) => void,
): void {
  const words = inBackticks(where);
  const paths = words.filter((word) => word.includes("/") || /\.\w{1,2}$/.test(word));
  if (paths.length === 0) report(line, `"${noun}" names no file`);
  for (const path of paths) {
    if (!exists(path)) report(line, `"${noun}" names ${path}, which does not exist`);
  }
  const named = words.filter((word) => !paths.includes(word));
  const mentioned = inBackticks(meaning).filter((word) => identifier.test(word));
  const known = paths.filter(exists);
  if (known.length === 0) return;
  for (const word of [...named, ...mentioned]) {
    for (const name of word.split(".")) {
      if (!known.some((path) => declares(path, name))) {
        report(line, `"${noun}" names ${word}, but ${known.join(", ")} does not declare ${name}`);
      }
    }
  }
}

/**
 * Whether a source declares a name: as a function, class, type, constant, field, member or word of a list of literals.
 * Uses and comments do not count. TypeScript and C.
 */
export function declaresName(source: string, name: string): boolean {
  const code = source.replace(/\/\*[^]*?\*\/|^\s*\/\/.*$/gm, "");
  const escaped = name.replace(/\$/g, "\\$");
  return [
    `\\b(?:function\\*?|class|const|let|interface|type|enum|struct|#define)\\s+${escaped}\\b`,
    `^\\s*(?:(?:export|static|readonly|async|override|abstract|get|set|public|private)\\s+)*#?${escaped}\\??\\s*(?:[:<=]|\\([^;]*$)`,
    `[{,]\\s*(?:readonly )?${escaped}\\s*:`,
    `^[\\w*][\\w\\s*]*[\\s*]${escaped}\\(`,
    `[[|,=]\\s*"${escaped}"`,
  ].some((pattern) => new RegExp(pattern, "m").test(code));
}

function inBackticks(cell: string): string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].map(([, word]) => word);
}

/** Lines of tables, without their heads. */
function tableLines(text: string): { line: number; cells: string[] }[] {
  const lines = text.split("\n");
  return lines.flatMap((line, index) => {
    const isHead = /^\|[ :|-]+$/.test(line) || /^\|[ :|-]+$/.test(lines[index + 1] ?? "");
    if (!line.startsWith("|") || isHead) return [];
    return [{ line: index + 1, cells: line.split("|").slice(1, -1).map((cell) => cell.trim()) }];
  });
}
