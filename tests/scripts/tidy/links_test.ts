import assert from "node:assert/strict";
import { anchors, linkFindings, type LinkTargets } from "../../../scripts/tidy/links.ts";

const root = new URL("../../../", import.meta.url);

const documents: Record<string, string> = {
  "docs/osc.md": "# OSC\n\n## Music, and more\n\n## `code` here\n\n## Twice\n\n## Twice\n",
  "README.md": "# Name\n",
};
const targets: LinkTargets = {
  exists: (path) => path in documents || ["docs", "engine/log"].includes(path),
  text: (path) => documents[path],
};

function found(text: string, path = "docs/a.md"): string[] {
  return linkFindings(path, text, targets).map(({ line, text }) => `${line}: ${text}`);
}

Deno.test("links to files, folders, headings and the network are followed from where they stand", () => {
  assert.deepEqual(
    found(
      "# Here\n[a](osc.md) [b](../README.md#name) [c](osc.md#music-and-more) [d](#here)\n[e](https://x.org)",
    ),
    [],
  );
  assert.deepEqual(found("[a](docs/osc.md) [b](docs/)", "README.md"), []);
});

Deno.test("a link or a path that leads nowhere is found in its line", () => {
  assert.match(found("\n[a](README.md)").join(), /^2: links to README\.md, which does not exist/);
  assert.match(found("[a](osc.md#silence)").join(), /^1: .*docs\/osc\.md has no such heading/);
  assert.match(found("in `engine/lag/` it says").join(), /^1: names engine\/lag\//);
  assert.deepEqual(found("in `engine/log/`, `/engine/quit`, `deno task x` and `engine/…`"), []);
});

Deno.test("code blocks are not searched, and keep their lines", () => {
  assert.deepEqual(found("```ts\n[a](nowhere.md) `engine/lag`\n```\n[b](nowhere.md)"), [
    "4: links to nowhere.md, which does not exist",
  ]);
});

Deno.test("headings have the fragments that renderers of Markdown give them", () => {
  assert.deepEqual([...anchors(documents["docs/osc.md"])], [
    "osc",
    "music-and-more",
    "code-here",
    "twice",
    "twice-1",
  ]);
});

Deno.test("every link and every path in the documents leads somewhere", async () => {
  const paths = ["README.md", "CONTRIBUTING.md", "patches/samples/README.md"];
  for await (const { name } of Deno.readDir(new URL("docs", root))) {
    if (name.endsWith(".md")) paths.push(`docs/${name}`);
  }
  const texts = new Map<string, string>();
  for (const path of paths) texts.set(path, await Deno.readTextFile(new URL(path, root)));
  const exists = (path: string) => {
    try {
      Deno.statSync(new URL(path, root));
      return true;
    } catch {
      return false;
    }
  };
  const findings = paths.flatMap((path) =>
    linkFindings(path, texts.get(path)!, { exists, text: (each) => texts.get(each) })
  );
  assert.deepEqual(findings, []);
});
