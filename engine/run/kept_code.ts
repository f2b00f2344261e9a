/**
 * Code as it was when the engine started. Threads and processes that start later must run the same code as those that play, also
 * when the checkout has changed meanwhile; so the modules that they need are copied at the start, under a hash of their text, and
 * started from there. The copy stays, so the next start of the same version has only to read and compare. A compiled
 * binary carries its code and needs none of this.
 */
import { createHash } from "node:crypto";

/** The modules to keep. */
export interface KeptCodeOptions {
  /** Folder that all modules lie in, with `/` at its end. */
  readonly root: URL;
  /** Modules that are started, relative to the root; what they import is kept with them. */
  readonly entries: readonly string[];
  /** Where copies are. */
  readonly cacheDirectory: string;
}

/** Copies the modules unless the copy is there. Returns the folder that stands for the root, with `/` at its end. */
export function keepCode({ root, entries, cacheDirectory }: KeptCodeOptions): URL {
  if (Deno.build.standalone) return root;
  const texts = moduleTexts(root, entries);
  const hash = createHash("sha256");
  for (const [path, text] of texts) hash.update(`${path}\0${text}\0`);
  const folder = `${cacheDirectory.replace(/\/$/, "")}/code-${hash.digest("hex").slice(0, 16)}`;
  if (!isFolder(folder)) copy(texts, folder);
  return new URL(`file://${folder}/`);
}

/** Texts of the modules by their path below the root, in order. */
function moduleTexts(root: URL, entries: readonly string[]): Map<string, string> {
  const found = new Map<string, string>();
  const open = [...entries];
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    if (found.has(path)) continue;
    const module = new URL(path, root);
    const text = Deno.readTextFileSync(module);
    found.set(path, text);
    for (const specifier of relativeImports(text)) {
      open.push(new URL(specifier, module).href.slice(root.href.length));
    }
  }
  return new Map([...found].sort(([a], [b]) => a < b ? -1 : 1));
}

/** Relative specifiers of imports and exports that run; those of types alone are not loaded. */
function relativeImports(text: string): string[] {
  const statements = text.matchAll(/^(import|export)\s+(type\s)?[^;"]*?"(\.{1,2}\/[^"]+)"/gm);
  return [...statements].flatMap(([, , isType, specifier]) => isType ? [] : [specifier]);
}

/** Writes beside and renames, so that a copy is whole or not there. */
function copy(texts: ReadonlyMap<string, string>, folder: string): void {
  const beside = `${folder}-${crypto.randomUUID()}`;
  for (const [path, text] of texts) {
    const target = `${beside}/${path}`;
    Deno.mkdirSync(target.slice(0, target.lastIndexOf("/")), { recursive: true });
    Deno.writeTextFileSync(target, text);
  }
  try {
    Deno.renameSync(beside, folder);
  } catch (error) {
    Deno.removeSync(beside, { recursive: true });
    if (!isFolder(folder)) throw error; // otherwise another start was faster
  }
}

function isFolder(path: string): boolean {
  try {
    return Deno.statSync(path).isDirectory;
  } catch {
    return false;
  }
}
