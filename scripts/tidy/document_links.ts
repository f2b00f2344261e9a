/** Links in the documents to files of the project. */
import type { Finding } from "./finding.ts";
import type { Tree } from "./tree.ts";

const link = /\]\(([^()\s]+)(?:\s+"[^"]*")?\)|\bsrc="([^"]+)"|^\[[^\]]+\]:\s+(\S+)/gm;

/** Relative links to a file or a heading that does not exist. */
export function documentLinkFindings(tree: Tree): Finding[] {
  const paths = new Set(tree.paths);
  const folders = new Set(tree.paths.flatMap((path) => parents(path)));
  return [...tree.texts].filter(([path]) => path.endsWith(".md")).flatMap(([file, whole]) => {
    const text = whole.replace(/^```[^]*?^```/gm, (block) => block.replace(/[^\n]/g, " "));
    return [...text.matchAll(link)].flatMap((match): Finding[] => {
      const target = match[1] ?? match[2] ?? match[3];
      if (/^[a-z][a-z+.-]*:/i.test(target)) return [];
      const line = text.slice(0, match.index).split("\n").length;
      const url = new URL(target, `file:///${file}`);
      const path = decodeURIComponent(url.pathname.slice(1)).replace(/\/$/, "");
      if (path !== "" && !paths.has(path) && !folders.has(path)) {
        return [{ file, line, text: `links to ${target}, which does not exist` }];
      }
      const heading = decodeURIComponent(url.hash.slice(1));
      if (heading === "" || !path.endsWith(".md") || headingsOf(tree.texts.get(path)!).has(heading)) {
        return [];
      }
      return [{ file, line, text: `links to ${target}, a heading that does not exist` }];
    });
  });
}

function parents(path: string): string[] {
  const parts = path.split("/");
  return parts.slice(1).map((_, index) => parts.slice(0, index + 1).join("/"));
}

/** Anchors as they are made from headings: lower case, without signs, with hyphens for spaces. */
function headingsOf(text: string): Set<string> {
  const seen = new Map<string, number>();
  const anchors = new Set<string>();
  for (const [, heading] of text.replace(/^```[^]*?^```/gm, "").matchAll(/^#{1,6}\s+(.+)$/gm)) {
    const anchor = heading.trim().toLowerCase().replace(/[^\p{L}\p{N}\s_-]/gu, "").replaceAll(" ", "-");
    const before = seen.get(anchor) ?? 0;
    seen.set(anchor, before + 1);
    anchors.add(before === 0 ? anchor : `${anchor}-${before}`);
  }
  return anchors;
}
