import { type Source, sourcesOf } from "../../../scripts/tidy/sources.ts";
import type { Finding } from "../../../scripts/tidy/finding.ts";
import type { Tree } from "../../../scripts/tidy/tree.ts";

/** A tree of these files, by path. */
export function treeOf(files: Readonly<Record<string, string>>): Tree {
  const paths = Object.keys(files).sort();
  return {
    topLevel: [...new Set(paths.map((path) => path.split("/")[0]))],
    paths,
    texts: new Map(paths.map((path) => [path, files[path]])),
  };
}

/** The sources among these files. */
export function sourcesIn(files: Readonly<Record<string, string>>): Source[] {
  return sourcesOf(treeOf(files));
}

/** Findings as `file:line text`, for comparison. */
export function texts(findings: readonly Finding[]): string[] {
  return findings.map(({ file, line, text }) => `${file}${line === undefined ? "" : `:${line}`} ${text}`);
}
