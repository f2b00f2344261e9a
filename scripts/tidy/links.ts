/**
 * Checks what documents point at: relative links resolve, their fragments name a heading, and paths in backticks that
 * begin with a folder of the project exist.
 */
import type { Finding } from "./finding.ts";

/** The project as far as links need it. */
export interface LinkTargets {
  /** Whether a file or folder of the project exists; a folder's path has no slash at its end. */
  exists(path: string): boolean;
  /** Text of a document; undefined when it does not exist. */
  text(path: string): string | undefined;
}

const rooms = new Set([
  ..."bench cli compiler config dashboard docs engine examples ffi foundation midi modules osc patches show"
    .split(
      " ",
    ),
  ..."scripts show testing tests".split(" "),
]);

/** Findings of one document, `path` from the root of the project. */
export function linkFindings(path: string, text: string, targets: LinkTargets): Finding[] {
  const findings: Finding[] = [];
  withoutCode(text).split("\n").forEach((line, index) => {
    const report = (problem: string) => findings.push({ file: path, line: index + 1, text: problem });
    for (const [, target] of line.matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^[a-z]+:/.test(target)) continue;
      const [linked, fragment] = target.split("#");
      const found = linked === "" ? path : resolved(path, linked);
      if (found !== path && !targets.exists(found)) {
        report(`links to ${target}, which does not exist`);
      } else if (fragment !== undefined && found.endsWith(".md")) {
        const there = found === path ? text : targets.text(found) ?? "";
        if (!anchors(there).has(fragment)) {
          report(`links to ${target}, but ${found} has no such heading`);
        }
      }
    }
    for (const [, word] of line.matchAll(/`([^`]+)`/g)) {
      const named = /^([a-z]+)\/[\w/.-]*$/.exec(word);
      if (!named || !rooms.has(named[1])) continue;
      if (!targets.exists(word.replace(/\/$/, ""))) report(`names ${word}, which does not exist`);
    }
  });
  return findings;
}

/** Fragments of a document's headings, as the common renderers of Markdown write them. */
export function anchors(text: string): Set<string> {
  const found = new Set<string>();
  for (const [, heading] of withoutCode(text).matchAll(/^#+ (.+)$/gm)) {
    const base = heading.trim().toLowerCase().replace(/[^\p{L}\p{N}\s_-]/gu, "").replace(/ /g, "-");
    let anchor = base;
    for (let count = 1; found.has(anchor); count++) anchor = `${base}-${count}`;
    found.add(anchor);
  }
  return found;
}

function resolved(path: string, target: string): string {
  return decodeURI(new URL(target, `file:///${path}`).pathname.slice(1).replace(/\/$/, ""));
}

/** The text with the lines of fenced blocks emptied, so that line numbers stay. */
function withoutCode(text: string): string {
  return text.replace(/^```[^]*?^```/gm, (block) => block.replace(/[^\n]/g, ""));
}
