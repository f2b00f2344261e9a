import assert from "node:assert/strict";
import { drawPatch, patchDot } from "../../../compiler/inspect/draw.ts";
import type { PatchGraph } from "../../../compiler/graph/graph.ts";
import { keys } from "../../../patches/ready/keys.ts";
import { patches } from "../../../patches/ready/catalogue.ts";
import { testFormat } from "../../../testing/patch/patch_player.ts";

const graphs = Object.values(patches).map((patch) => patch.build(testFormat));
const graph = keys.build(testFormat);

/** The texts of a picture. */
function textsOf(svg: string): string[] {
  return [...svg.matchAll(/<text [^>]*>([^<]*)<\/text>/g)].map(([, text]) => text.replaceAll("&#45;", "-"));
}

Deno.test("the picture has a box for each module, each parameter once with its default, and no single operations", async () => {
  for (const graph of graphs) {
    const texts = textsOf(await drawPatch(graph));
    const count = (wanted: string) => texts.filter((text) => text === wanted).length;
    for (const { address } of graph.parameters) assert.equal(count(`/${address}`), 1, address);
    for (const part of [...graph.instruments.map(({ voice }) => voice), graph.main]) {
      for (const { name } of part.uses) assert.ok(name === "patch" || count(name) > 0, name);
    }
    for (const operation of ["multiply", "add", "floatOf", "shiftLeft"]) assert.equal(count(operation), 0);
    assert.equal(count("envelope"), graph.instruments.length);
    assert.ok(count("output") > 0);
  }
  const texts = textsOf(await drawPatch(graph));
  assert.ok(texts.includes("(saw + …) × 0.36"), "short arithmetic is a formula");
  assert.ok(texts.some((text) => /^\d+ operations$/.test(text)), "long arithmetic is counted");
  assert.ok(texts.includes("500 Hz"));
});

Deno.test("every arrow of the picture joins two boxes that are there", () => {
  for (const graph of graphs) {
    const dot = patchDot(graph);
    const boxes = new Set([...dot.matchAll(/^ +(\w+) \[label=/gm)].map(([, box]) => box));
    const arrows = [...dot.matchAll(/^ +(\w+) -> (\w+)/gm)];
    assert.ok(arrows.length > 10);
    for (const [text, from, to] of arrows) assert.ok(boxes.has(from) && boxes.has(to), text);
  }
});

Deno.test("names that Graphviz would take for its own language are only names", async () => {
  const hostile = (text: string): PatchGraph => ({
    ...graph,
    main: { ...graph.main, uses: graph.main.uses.map((use) => ({ ...use, name: text, location: text })) },
  });
  for (const text of ['"]; x -> y; [label="', "<b>&amp;</b>", "\\N \\", "]]>"]) {
    const texts = textsOf(await drawPatch(hostile(text)));
    const shown = text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;")
      .replaceAll('"', "&quot;").replaceAll("\\", "∖");
    assert.ok(texts.includes(shown), `${shown} in ${texts.join("|")}`);
  }
});
