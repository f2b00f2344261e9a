/** The imports of a source file: what it takes from which other file of the project, and how. */
import type { Token } from "./tokens.ts";

/** How a file reaches another: an import, an export handed on, `import()`, or an address such as that of a worker. */
export type ImportForm = "import" | "export" | "dynamic" | "address";

/** One file that another one needs. */
export interface Import {
  /** Path of the imported file from the root of the project. */
  readonly path: string;
  readonly form: ImportForm;
  /** Nothing of it exists when the program runs. */
  readonly typesOnly: boolean;
  /** Names as the imported file exports them; `*` stands for all of them. */
  readonly names: readonly ImportedName[];
  readonly line: number;
}

/** A name that is taken from another file. */
export interface ImportedName {
  readonly exported: string;
  /** What it is called here; of an export handed on, what others call it. */
  readonly local: string;
}

/** Names of an import map, such as `understudy`, and the files they stand for. */
export type ImportMap = Readonly<Record<string, string>>;

interface Clause {
  readonly names: ImportedName[];
  readonly typesOnly: boolean;
  /** Index of the token behind the clause. */
  readonly end: number;
}

/** Each import of another file of the project in `tokens`, which hold no comments; packages are left out. */
export function importsOf(path: string, tokens: readonly Token[], map: ImportMap = {}): Import[] {
  const found: Import[] = [];
  const add = (
    specifier: Token | undefined,
    form: ImportForm,
    { line, names = [], typesOnly = false }: { line: number; names?: ImportedName[]; typesOnly?: boolean },
  ) => {
    const target = specifier && resolved(path, specifier.text, map);
    if (target !== undefined) found.push({ path: target, form, typesOnly, names, line });
  };
  for (let index = 0; index < tokens.length; index++) {
    const { kind, text, line } = tokens[index];
    if (kind !== "word" || tokens[index - 1]?.text === ".") continue;
    if (text === "import" && isSign(tokens[index + 1], "(")) {
      if (tokens[index + 2]?.kind === "string") {
        const after = importedByProperty(tokens, index);
        add(tokens[index + 2], "dynamic", { line, names: after });
      }
    } else if (text === "import" && tokens[index + 1]?.kind === "string") {
      add(tokens[index + 1], "import", { line });
    } else if (text === "import" && !isSign(tokens[index + 1], ".")) {
      const clause = clauseAt(tokens, index + 1);
      if (clause && tokens[clause.end]?.text === "from") {
        add(tokens[clause.end + 1], "import", { line, ...clause });
      }
    } else if (text === "export") {
      const clause = clauseAt(tokens, index + 1, true);
      if (clause && tokens[clause.end]?.text === "from" && tokens[clause.end + 1]?.kind === "string") {
        add(tokens[clause.end + 1], "export", { line, ...clause });
      }
    } else if (isFileAddress(tokens, index)) {
      const string = tokens[index + (text === "URL" ? 2 : 6)];
      add(string, "address", { line: string.line });
    }
  }
  return found;
}

/** Names of a clause such as `type A, { b as c }` or `* as all`; undefined when there is none. */
function clauseAt(tokens: readonly Token[], start: number, exports = false): Clause | undefined {
  let index = start;
  let typesOnly = false;
  const names: ImportedName[] = [];
  let eachOfTypes = true;
  if (
    tokens[index]?.text === "type" && tokens[index + 1]?.text !== "from" && !isSign(tokens[index + 1], ",")
  ) {
    typesOnly = true;
    index++;
  }
  if (!exports && tokens[index]?.kind === "word") {
    names.push({ exported: "default", local: tokens[index].text });
    eachOfTypes = false;
    index++;
    if (isSign(tokens[index], ",")) index++;
  }
  if (isSign(tokens[index], "*")) {
    eachOfTypes = false;
    const named = tokens[index + 1]?.text === "as";
    names.push({ exported: "*", local: named ? tokens[index + 2].text : "*" });
    index += named ? 3 : 1;
  } else if (isSign(tokens[index], "{")) {
    index++;
    while (index < tokens.length && !isSign(tokens[index], "}")) {
      const ofTypes = tokens[index].text === "type" && tokens[index + 1]?.kind === "word" &&
        tokens[index + 1].text !== "as";
      if (ofTypes) index++;
      else eachOfTypes = false;
      const exported = tokens[index++].text;
      let local = exported;
      if (tokens[index]?.text === "as") {
        local = tokens[index + 1].text;
        index += 2;
      }
      names.push({ exported, local });
      if (isSign(tokens[index], ",")) index++;
    }
    index++;
  } else if (names.length === 0) return undefined;
  return { names, typesOnly: typesOnly || (eachOfTypes && names.length > 0), end: index };
}

/** `const { a, b } = await import("…")` takes these names; any other use may take all of them. */
function importedByProperty(tokens: readonly Token[], index: number): ImportedName[] {
  const all = [{ exported: "*", local: "*" }];
  let at = index - 1;
  if (tokens[at]?.text === "await") at--;
  if (!isSign(tokens[at], "=") || !isSign(tokens[at - 1], "}")) return all;
  const names: ImportedName[] = [];
  for (at -= 2; at >= 0 && !isSign(tokens[at], "{"); at--) {
    if (tokens[at].kind === "word") {
      if (isSign(tokens[at - 1], ":")) {
        names.unshift({ exported: tokens[at - 2].text, local: tokens[at].text });
        at -= 2;
      } else names.unshift({ exported: tokens[at].text, local: tokens[at].text });
    } else if (!isSign(tokens[at], ",")) return all;
  }
  return names;
}

/** `URL("….ts", import.meta.url)` or `import.meta.resolve("….ts")`. */
function isFileAddress(tokens: readonly Token[], index: number): boolean {
  const spelled = (...texts: string[]) =>
    texts.every((text, offset) => tokens[index + offset]?.text === text);
  if (spelled("URL", "(")) {
    return tokens[index + 2]?.kind === "string" && /\.ts$/.test(tokens[index + 2].text) &&
      ["import", ".", "meta", ".", "url"].every((text, offset) => tokens[index + 4 + offset]?.text === text);
  }
  return spelled("import", ".", "meta", ".", "resolve", "(") && tokens[index + 6]?.kind === "string";
}

function isSign(token: Token | undefined, text: string): boolean {
  return token?.kind === "sign" && token.text === text;
}

function resolved(path: string, specifier: string, map: ImportMap): string | undefined {
  const mapped = map[specifier];
  if (mapped?.startsWith("./")) return mapped.slice(2);
  if (!/^\.\.?\//.test(specifier)) return undefined;
  return decodeURIComponent(new URL(specifier, `file:///${path}`).pathname.slice(1));
}
