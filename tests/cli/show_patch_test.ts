import assert from "node:assert/strict";
import { SampleLoader } from "../../engine/samples/sample_loader.ts";
import { graphFromJson } from "../../compiler/graph/validate.ts";
import { assemble } from "../../compiler/wasm/assemble.ts";
import { PatchError } from "../../compiler/graph/patch_error.ts";
import { readConfig } from "../../config/settings.ts";
import { patches } from "../../patches/ready/catalogue.ts";
import { openPatchSource } from "../../cli/open_patch_source.ts";
import { PatchSource } from "../../patches/loading/patch_source.ts";
import { showPatch } from "../../cli/show_patch.ts";
import { sharedItems } from "../../testing/share.ts";

const config = readConfig({});
const { format } = await openPatchSource(config);

type Show = Parameters<typeof showPatch>[0]["show"];
const shown = (patch: string, show: Show, graph?: string) => showPatch({ patch, show, graph }, config);

Deno.test("the text and the data that are shown are the patch that is played", async () => {
  const source = new PatchSource({ format, samples: new SampleLoader() });
  for (const patch of sharedItems("ready patches that are shown", Object.keys(patches), 3)) {
    const { wasm } = await source.compile(patch);
    assert.deepEqual(assemble(await shown(patch, "wat"), patch), wasm);
    const graph = graphFromJson(await shown(patch, "json"));
    assert.deepEqual(graph, patches[patch].build(format));
  }
});

Deno.test("the summary ends with the time that compiling took", async () => {
  const text = await shown("sines", "summary");
  assert.match(text, /^patch sines: 2 channels, at 48000 Hz\n/);
  assert.match(text, /\nloaded in \d+ ms, compiled in \d+ ms to \d+ bytes of WebAssembly.*\n$/);
  const schedule = await shown("sines", "schedule");
  assert.ok(schedule.length > text.length && schedule.includes("state 0 becomes %"));
});

Deno.test("the picture is written as SVG or in Graphviz's language; where it cannot be, that is said", async () => {
  const folder = await Deno.makeTempDir();
  const [svg, dot] = [`${folder}/keys.svg`, `${folder}/keys.dot`];
  await shown("keys", "summary", svg);
  await shown("keys", "summary", dot);
  assert.match(await Deno.readTextFile(svg), /<svg [\s\S]*<\/svg>\n$/);
  assert.match(await Deno.readTextFile(dot), /^digraph "keys" \{[\s\S]*\}\n$/);
  await assert.rejects(
    shown("keys", "summary", `${folder}/no/keys.svg`),
    (error) => error instanceof PatchError && /cannot write the picture/.test(error.message),
  );
  await Deno.remove(folder, { recursive: true });
});
