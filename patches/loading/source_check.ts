/**
 * Mistakes of a patch file that evaluating it does not show, found in its text: the runtime leaves out imports that nothing uses,
 * and a condition is an object, so JavaScript takes it for true.
 */
import { nearest } from "../../foundation/nearest.ts";

/** Signals and conditions of a note, by the names that most patches give them. */
const noteNames = "gate|trigger|velocity|frequencyHz|pressure|timbre";
const noteName = String.raw`(?:\w+\.)*(${noteNames})`;

const truthTests: readonly RegExp[] = [
  new RegExp(String.raw`\bif\s*\(\s*!?\s*${noteName}\s*(?:\)|&&|\|\|)`),
  new RegExp(String.raw`(?<![\w.])${noteName}\s*(?:\?(?![.?:])(?!\s*:)|&&|\|\|)`),
  new RegExp(String.raw`(?<!\w)!\s*${noteName}\b(?!\s*[.(])`),
];

/** Names that patch files can import. */
export interface Importable {
  readonly values: readonly string[];
  readonly types: readonly string[];
}

/** The types among the exports of a module's text: `export { type Note, saw } from ...`. */
export function exportedTypes(text: string): string[] {
  return [...withoutComments(text).matchAll(/\btype\s+(\w+)/g)].map(([, name]) => name);
}

/** What is wrong with the imports of a patch file, with their line; undefined: nothing. */
export function importProblem(text: string, file: string, { values, types }: Importable): string | undefined {
  const source = withoutComments(text);
  for (const { 0: whole, 1: clause, 2: from, index } of source.matchAll(imports)) {
    const at = `${file}:${lineAt(source, index + whole.indexOf("import"))}`;
    if (/^type\b/.test(clause.trim())) continue;
    if (from !== "understudy") continue;
    const names = /\{([^}]*)\}/.exec(clause)?.[1].split(",").map((name) => name.trim()) ?? [];
    for (const name of names) {
      const [imported] = name.split(/\s+as\s+/);
      if (imported === "" || /^type\s/.test(imported)) continue;
      if (values.includes(imported) || types.includes(imported)) continue;
      return `${at}: "understudy" has no ${imported}; did you mean ${nearest(imported, values)}?`;
    }
  }
}

const imports = /^\s*import\s+([^"';]*?)\s*from\s*["']([^"'\n]*)["']/gm;

/** Lines that take a signal or a condition of a note for true or false; each says what helps. */
export function truthWarnings(text: string, file: string): string[] {
  return withoutComments(text).split("\n").flatMap((line, index) => {
    const name = truthTests.map((test) => test.exec(line)?.[1]).find((found) => found !== undefined);
    return name === undefined ? [] : [
      `${file}:${index + 1}: ${name} is a signal, which JavaScript always takes for true; ` +
      "choose with `condition.select(one, other)`",
    ];
  });
}

/** The same text with comments as spaces, so that lines keep their numbers. */
function withoutComments(text: string): string {
  return text.replaceAll(
    /("(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')|\/\*[^]*?\*\/|\/\/[^\n]*/g,
    (found, string: string | undefined) => string ?? found.replaceAll(/[^\n]/g, " "),
  );
}

function lineAt(text: string, index: number): number {
  return text.slice(0, index).split("\n").length;
}
