/**
 * A patch as people see it: words, a picture, and WebAssembly text with comments.
 *
 * Covers: compiler/inspect/formula.ts
 */
import assert from "node:assert/strict";
import { SampleLoader } from "../../../engine/samples/sample_loader.ts";
import { planArena } from "../../../compiler/plan/arena.ts";
import { annotateWat } from "../../../compiler/inspect/annotate.ts";
import { assemble } from "../../../compiler/wasm/assemble.ts";
import { patchText } from "../../../compiler/compile.ts";
import { bytesPerVoice, describePatch } from "../../../compiler/inspect/describe.ts";
import { drawPatch, patchDot } from "../../../compiler/inspect/draw.ts";
import type { PatchGraph } from "../../../compiler/graph/graph.ts";
import { keys } from "../../../patches/ready/keys.ts";
import { patches } from "../../../patches/ready/catalogue.ts";
import { sampleFolderOf } from "../../../patches/loading/sample_folder.ts";
import { testFormat } from "../../../testing/patch_player.ts";

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
  assert.ok(texts.includes("(saw + pulse) × 0.12"), "short arithmetic is a formula");
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

Deno.test("the description has every parameter, module, instrument and stretch of memory", () => {
  for (const graph of graphs) {
    const plan = planArena(graph, testFormat);
    for (const operations of [false, true]) {
      const text = describePatch(graph, testFormat, { operations });
      for (const { address, description } of graph.parameters) {
        assert.match(text, new RegExp(`^  /${address} +.* default .*${description.slice(0, 9)}`, "m"));
      }
      for (const { name, bytes } of plan.regions) {
        assert.match(text, new RegExp(`^ +\\d+ +${bytes}  ${name}$`, "m"));
      }
      graph.instruments.forEach(({ name, voice }, index) => {
        assert.ok(
          text.includes(`instrument ${name}: `) &&
            text.includes(`${bytesPerVoice(plan, index)} bytes a voice`),
        );
        for (const use of voice.uses) {
          if (use.location) assert.ok(text.includes(`${use.name} (${use.location})`), use.name);
        }
      });
      assert.ok(text.includes(`arena: ${plan.bytes} bytes`));
    }
  }
});

Deno.test("operations of the modules add up to those of the whole, and each is listed once", () => {
  const summary = describePatch(graph, testFormat);
  const list = describePatch(graph, testFormat, { operations: true });
  for (const part of summary.split("operations of").slice(1)) {
    const rows = [...part.matchAll(/^ {2}(\S.*?) {2,}(\d+) +(\d+) +(\d+)/gm)];
    const sum = (column: number) => rows.slice(0, -1).reduce((total, row) => total + Number(row[column]), 0);
    const all = rows.at(-1)!;
    assert.equal(all[1], "all");
    assert.deepEqual([2, 3, 4].map(sum), [2, 3, 4].map((column) => Number(all[column])));
    assert.ok(list.includes(`in every frame: ${all[3]} of `));
  }
  const voice = list.slice(list.indexOf("instrument keys"), list.indexOf("\noutput"));
  const names = [...voice.matchAll(/^ {4}(%\d+) /gm)].map(([, name]) => name);
  assert.equal(new Set(names).size, names.length);
});

Deno.test("the commented text assembles to the same bytes, and says of each function and value what it is", async () => {
  const loader = new SampleLoader();
  for (const graph of graphs) {
    const samples = await loader.load(sampleFolderOf(graph.name, undefined), graph.samples ?? []);
    const { wat, patch } = patchText(graph, testFormat, samples);
    const text = annotateWat(wat, patch);
    assert.deepEqual(assemble(text, "commented"), assemble(wat, "plain"));
    for (const { name, voice } of graph.instruments) {
      assert.match(text, new RegExp(`^;; ${name}: four voices side by side, while no parameter moves$`, "m"));
      // a module of which nothing is left but what another takes over has no line of its own; in `keys` all have
      const said = voice.uses.filter((use) => text.includes(`;; ${use.name} (${use.location})\n`));
      const expected = graph.name === "keys" ? voice.uses.filter(({ location }) => location).length : 1;
      assert.ok(said.length >= expected, `${name}: ${said.length} of ${voice.uses.length}`);
    }
    assert.match(text, /^;; output: one channel a lane, /m);
  }
});
