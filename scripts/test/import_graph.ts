/**
 * Which files of the project a file needs when it runs: what it imports, the workers and data whose addresses it
 * builds, and, where it starts processes, the files that it names as arguments. Imports of types alone are left out.
 */
export class ImportGraph {
  readonly #texts: ReadonlyMap<string, string>;
  readonly #paths: ReadonlySet<string>;
  readonly #needs = new Map<string, ReadonlySet<string>>();
  readonly #importMap: Readonly<Record<string, string>>;

  /** @param texts the source files of the project, by path from its root @param others paths of all other files */
  constructor(
    texts: ReadonlyMap<string, string>,
    others: Iterable<string> = [],
    importMap: Readonly<Record<string, string>> = {},
  ) {
    this.#texts = texts;
    this.#paths = new Set([...texts.keys(), ...others]);
    this.#importMap = importMap;
  }

  /** Reads the project below `root`, a URL that ends with a slash. */
  static async read(root: URL): Promise<ImportGraph> {
    const texts = new Map<string, string>();
    const others: string[] = [];
    for await (const path of filesBelow(root)) {
      if (path.endsWith(".ts")) texts.set(path, await Deno.readTextFile(new URL(path, root)));
      else others.push(path);
    }
    const { imports } = JSON.parse(await Deno.readTextFile(new URL("deno.json", root)));
    return new ImportGraph(texts, others, imports);
  }

  /** All source files. */
  get sources(): readonly string[] {
    return [...this.#texts.keys()];
  }

  /** The text of a source file. */
  text(path: string): string {
    return this.#texts.get(path) ?? "";
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
    const text = withoutComments(this.text(path));
    for (const [, typesOnly, specifier] of text.matchAll(imports)) {
      if (typesOnly === undefined) yield* this.#resolve(path, specifier);
    }
    for (const [, bare, dynamic] of text.matchAll(otherImports)) yield* this.#resolve(path, bare ?? dynamic);
    for (const [, start] of text.matchAll(addresses)) yield* this.#resolve(path, start);
    if (!/\bDeno\.Command\b/.test(text)) return;
    for (const [, argument] of text.matchAll(strings)) if (this.#paths.has(argument)) yield argument;
  }

  /** A file, or, for the address of a folder, what lies in it beside source files. */
  *#resolve(path: string, specifier: string): Iterable<string> {
    const mapped = this.#importMap[specifier];
    const target = specifier.startsWith(".")
      ? new URL(specifier, `file:///${path}`).pathname.slice(1)
      : mapped?.startsWith("./")
      ? mapped.slice(2)
      : undefined;
    if (!target) return; // a package, or the root itself
    if (this.#paths.has(target)) return yield target;
    const folder = target.endsWith("/") ? target : `${target}/`;
    for (const file of this.#paths) if (file.startsWith(folder) && !this.#texts.has(file)) yield file;
  }
}

const imports = /^(?:import|export)\b(?:\s+(type)\b(?!\s+from))?[^;"'`]*?\bfrom\s+"([^"]+)"/gm;
const otherImports = /^import "([^"]+)"|\bimport\("([^"]+)"\)/gm;
/** `new URL("…", import.meta.url)`; of a template the part before the first value. */
const addresses = /new URL\(\s*["`](\.[^"`$]*)/g;
const strings = /"([^"\n]+\.\w+)"/g;

/** A source text without the comments that begin a line. */
export function withoutComments(text: string): string {
  return text.replaceAll(/^\s*\/\*[\s\S]*?\*\//gm, "").replaceAll(/^\s*\/\/.*$/gm, "");
}

/** Paths of all files below `root` that belong to the project. */
async function* filesBelow(root: URL, folder = ""): AsyncIterable<string> {
  for await (const { name, isDirectory } of Deno.readDir(new URL(folder || ".", root))) {
    const path = folder + name;
    if (!isDirectory) yield path;
    else if (!["node_modules", "build", ".git"].includes(name)) yield* filesBelow(root, `${path}/`);
  }
}
