import assert from "node:assert/strict";
import { patchText } from "../../../compiler/compile.ts";
import { annotateWat } from "../../../compiler/inspect/annotate.ts";
import { assemble } from "../../../compiler/wasm/assemble.ts";
import { SampleLoader } from "../../../engine/samples/sample_loader.ts";
import { sampleFolderOf } from "../../../patches/loading/sample_folder.ts";
import { patches } from "../../../patches/ready/catalogue.ts";
import { testFormat } from "../../../testing/patch/patch_player.ts";

const graphs = Object.values(patches).map((patch) => patch.build(testFormat));

Deno.test("the commented text assembles to the same bytes, and says of each function and value what it is", async () => {
  const loader = new SampleLoader();
  for (const graph of graphs) {
    const samples = await loader.load(sampleFolderOf(graph.name, undefined), graph.samples ?? []);
    const { wat, compiled: patch } = patchText(graph, testFormat, samples);
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
