/** The TypeScript files of a tree, read once for all checks. */
import { type Declaration, declarationsOf, type ListedExport, listedExportsOf } from "./declarations.ts";
import { type Import, type ImportMap, importsOf } from "./imports.ts";
import { type Token, tokensOf } from "./tokens.ts";
import type { Tree } from "./tree.ts";

/** One TypeScript file, taken apart. */
export interface Source {
  readonly path: string;
  readonly text: string;
  /** Without comments. */
  readonly code: readonly Token[];
  readonly comments: readonly Token[];
  readonly imports: readonly Import[];
  readonly declarations: readonly Declaration[];
  readonly listedExports: readonly ListedExport[];
}

/** Every TypeScript file of `tree`, sorted by path. */
export function sourcesOf(tree: Tree): Source[] {
  const map = importMapOf(tree);
  return tree.paths.filter((path) => path.endsWith(".ts")).map((path) =>
    sourceOf(path, tree.texts.get(path) ?? "", map)
  );
}

/** One file, taken apart. */
function sourceOf(path: string, text: string, map: ImportMap = {}): Source {
  const tokens = tokensOf(text);
  const code = tokens.filter(({ kind }) => kind !== "comment");
  const comments = tokens.filter(({ kind }) => kind === "comment");
  return {
    path,
    text,
    code,
    comments,
    imports: importsOf(path, code, map),
    declarations: declarationsOf(tokens),
    listedExports: listedExportsOf(code),
  };
}

function importMapOf(tree: Tree): ImportMap {
  const settings = tree.texts.get("deno.json");
  return settings === undefined ? {} : JSON.parse(settings).imports ?? {};
}
