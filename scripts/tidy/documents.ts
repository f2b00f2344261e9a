/** Documents: what they link to, and the names in the glossary. */
import type { Finding } from "./finding.ts";
import { declaresName, glossaryFindings } from "./glossary.ts";
import { linkFindings } from "./links.ts";
import type { Tree } from "./tree.ts";

/** Findings in all documents of `tree`. */
export function documentFindings({ paths, topLevel, texts }: Tree): Finding[] {
  const known = new Set([...paths, ...topLevel, ...paths.flatMap(foldersAbove)]);
  const exists = (path: string) => known.has(path);
  const findings = [...texts].filter(([path]) => path.endsWith(".md"))
    .flatMap(([path, text]) => linkFindings(path, text, { exists, text: (other) => texts.get(other) }));
  const glossary = texts.get("docs/glossary.md");
  if (glossary !== undefined) {
    const declares = (path: string, name: string) => declaresName(texts.get(path) ?? "", name);
    findings.push(...glossaryFindings(glossary, exists, declares));
  }
  return findings;
}

function foldersAbove(path: string): string[] {
  const parts = path.split("/");
  return parts.slice(1).map((_, index) => parts.slice(0, index + 1).join("/"));
}
