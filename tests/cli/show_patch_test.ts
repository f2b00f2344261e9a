import assert from "node:assert/strict";
import { SampleLoader } from "../../engine/samples/sample_loader.ts";
import { graphFromJson } from "../../compiler/graph/validate.ts";
import { assemble } from "../../compiler/wasm/assemble.ts";
import { PatchError } from "../../compiler/graph/patch_error.ts";
import { patches } from "../../patches/ready/catalogue.ts";
import { compileWithSamples } from "../../patches/loading/compile_named.ts";
import { sampleFolderOf } from "../../patches/loading/sample_folder.ts";
import { showPatch } from "../../cli/show_patch.ts";
import { testFormat as format } from "../../testing/patch/patch_player.ts";

Deno.test("the text and the data that are shown are the patch that is played", async () => {
  const loader = new SampleLoader();
  for (const patch of Object.keys(patches)) {
    const { wasm } = await compileWithSamples(patch, format, loader);
    const show = (what: "wat" | "json") =>
      showPatch({
        ...{ patch, show: what, format },
        loadSamples: ({ samples = [] }) => loader.load(sampleFolderOf(patch, undefined), samples),
      });
    assert.deepEqual(assemble(await show("wat"), patch), wasm);
    const graph = graphFromJson(await show("json"));
    assert.deepEqual(graph, patches[patch].build(format));
  }
});

Deno.test("the summary ends with the time that compiling took", async () => {
  const text = await showPatch({ patch: "sines", show: "summary", format });
  assert.match(text, /^patch sines: 2 channels, at 48000 Hz\n/);
  assert.match(text, /\nloaded in \d+ ms, compiled in \d+ ms to \d+ bytes of WebAssembly.*\n$/);
  const schedule = await showPatch({ patch: "sines", show: "schedule", format });
  assert.ok(schedule.length > text.length && schedule.includes("state 0 becomes %"));
});

Deno.test("the picture is written as SVG or in Graphviz's language; where it cannot be, that is said", async () => {
  const folder = await Deno.makeTempDir();
  const [svg, dot] = [`${folder}/keys.svg`, `${folder}/keys.dot`];
  await showPatch({ patch: "keys", show: "summary", graph: svg, format });
  await showPatch({ patch: "keys", show: "summary", graph: dot, format });
  assert.match(await Deno.readTextFile(svg), /<svg [\s\S]*<\/svg>\n$/);
  assert.match(await Deno.readTextFile(dot), /^digraph "keys" \{[\s\S]*\}\n$/);
  await assert.rejects(
    showPatch({ patch: "keys", show: "summary", graph: `${folder}/no/keys.svg`, format }),
    (error) => error instanceof PatchError && /cannot write the picture/.test(error.message),
  );
  await Deno.remove(folder, { recursive: true });
});
