import { type ImportMap, importsOf } from "../tidy/imports.ts";
import { type Token, tokensOf } from "../tidy/tokens.ts";
import { readTree } from "../tidy/tree.ts";

/**
 * Which files of the project a file needs when it runs: what it imports, the workers and data whose addresses it
 * builds, and, where it starts processes, the files that it names as arguments. Imports of types alone are left out.
 */
export class ImportGraph {
  readonly #texts: ReadonlyMap<string, string>;
  readonly #paths: ReadonlySet<string>;
  readonly #needs = new Map<string, ReadonlySet<string>>();
  readonly #importMap: ImportMap;

  /** @param texts the source files of the project, by path from its root @param others paths of all other files */
  constructor(
    texts: ReadonlyMap<string, string>,
    others: Iterable<string> = [],
    importMap: ImportMap = {},
  ) {
    this.#texts = texts;
    this.#paths = new Set([...texts.keys(), ...others]);
    this.#importMap = importMap;
  }

  /** Reads the project below `root`, a URL that ends with a slash. */
  static async read(root: URL): Promise<ImportGraph> {
    const { paths, texts } = await readTree(root);
    const sources = paths.filter((path) => path.endsWith(".ts"));
    const others = paths.filter((path) => !path.endsWith(".ts"));
    const { imports } = JSON.parse(texts.get("deno.json") ?? "{}");
    return new ImportGraph(new Map(sources.map((path) => [path, texts.get(path)!])), others, imports);
  }

  /** All source files. */
  get sources(): readonly string[] {
    return [...this.#texts.keys()];
  }

  /** The text of a source file; empty for any other. */
  text(path: string): string {
    return this.#texts.get(path) ?? "";
  }

  /** The tokens of a source file without its comments. */
  code(path: string): readonly Token[] {
    return tokensOf(this.text(path)).filter(({ kind }) => kind !== "comment");
  }

  /** What a file needs by itself. */
  needs(path: string): ReadonlySet<string> {
    let needs = this.#needs.get(path);
    if (!needs) this.#needs.set(path, needs = new Set(this.#find(path)));
    return needs;
  }

  /** The file itself and all that it needs, directly or through others. */
  closure(path: string): ReadonlySet<string> {
    const reached = new Set([path]);
    for (const one of reached) for (const needed of this.needs(one)) reached.add(needed);
    return reached;
  }

  *#find(path: string): Iterable<string> {
    const code = this.code(path);
    for (const found of importsOf(path, code, this.#importMap)) {
      if (!found.typesOnly && this.#paths.has(found.path)) yield found.path;
    }
    let startsProcesses = false;
    for (const [index, { text }] of code.entries()) {
      if (text === "URL" && code[index + 1]?.text === "(") yield* this.#at(path, code[index + 2]);
      startsProcesses ||= text === "Deno" && code[index + 2]?.text === "Command";
    }
    if (!startsProcesses) return;
    for (const { kind, text } of code) if (kind === "string" && this.#paths.has(text)) yield text;
  }

  /** What lies at an address: a file, or the files of a folder other than sources. Of a template its first part counts. */
  *#at(path: string, address: Token | undefined): Iterable<string> {
    if (address?.kind !== "string" && address?.kind !== "template") return;
    if (!address.text.startsWith(".")) return;
    const target = new URL(address.text, `file:///${path}`).pathname.slice(1);
    if (target === "") return; // the root itself says nothing
    if (this.#paths.has(target)) return yield target;
    const folder = target.endsWith("/") ? target : `${target}/`;
    for (const file of this.#paths) if (file.startsWith(folder) && !this.#texts.has(file)) yield file;
  }
}
