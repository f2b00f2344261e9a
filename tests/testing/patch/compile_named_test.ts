import assert from "node:assert/strict";
import { PatchError } from "../../../compiler/graph/patch_error.ts";
import { SampleLoader } from "../../../engine/samples/sample_loader.ts";
import { compilePatch, compileWithSamples } from "../../../testing/patch/compile_named.ts";
import { PatchUnknownError } from "../../../patches/ready/catalogue.ts";
import { testFormat } from "../../../testing/patch/patch_player.ts";

Deno.test("a patch without samples compiles alone, to the same bytes as with a source of samples", async () => {
  const { wasm } = compilePatch("sines", testFormat);
  assert.deepEqual((await compileWithSamples("sines", testFormat, new SampleLoader())).wasm, wasm);
});

Deno.test("a patch is compiled once for a format, and for each format by itself", () => {
  const patch = compilePatch("sines", testFormat);
  assert.equal(compilePatch("sines", { ...testFormat }), patch);
  const other = compilePatch("sines", {
    ...testFormat,
    maximumBlockFrames: testFormat.maximumBlockFrames * 2,
  });
  assert.notDeepEqual(other.arena, patch.arena);
  assert.notEqual(compilePatch("keys", testFormat).name, patch.name);
});

Deno.test("a patch with samples is refused without them, and an unknown name always", async () => {
  assert.throws(() => compilePatch("sampler", testFormat), PatchError);
  assert.ok((await compileWithSamples("sampler", testFormat, new SampleLoader())).sampleMemory);
  assert.throws(() => compilePatch("organ", testFormat), PatchUnknownError);
  await assert.rejects(compileWithSamples("organ", testFormat, new SampleLoader()), PatchUnknownError);
});
