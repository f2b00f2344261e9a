/** Examples in documents and descriptions, and whether something runs them. */
import type { Finding } from "./finding.ts";
import type { Source } from "./sources.ts";
import type { Tree } from "./tree.ts";

const block = /^[ *]*```(?:ts|typescript|js)\b/m;

/** Documents and sources with TypeScript examples that neither the task `doc` nor a test names. */
export function exampleFindings(tree: Tree, sources: readonly Source[]): Finding[] {
  const settings = tree.texts.get("deno.json");
  const task = settings === undefined ? undefined : JSON.parse(settings).tasks?.doc;
  const command: string = typeof task === "string" ? task : task?.command ?? "";
  const run = new Set(command.split(" "));
  for (const { path, code } of sources) {
    if (!path.startsWith("tests/")) continue;
    for (const { kind, text } of code) {
      if (kind === "string" || kind === "template") run.add(text.replace(/^(\.\.?\/)+/, ""));
    }
  }
  const written: { path: string; text: string }[] = [...tree.texts].filter(([path]) => path.endsWith(".md"))
    .map(([path, text]) => ({ path, text }));
  for (const { path, comments } of sources) {
    written.push({ path, text: comments.map(({ text }) => text).join("\n") });
  }
  return written.filter(({ path, text }) => block.test(text) && !run.has(path))
    .map(({ path }) => ({
      file: path,
      text: "has examples that nothing runs; name it in the task doc of deno.json, or in a test",
    }));
}
