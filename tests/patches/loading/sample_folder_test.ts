import assert from "node:assert/strict";
import { sampleFolderOf } from "../../../patches/loading/sample_folder.ts";

Deno.test("samples lie beside the patch file, with the ready patches, or where the settings say", () => {
  assert.equal(sampleFolderOf("/music/set.ts", undefined), "/music/samples");
  assert.equal(sampleFolderOf("./set.ts", undefined), `${Deno.cwd()}/samples`);
  assert.equal(
    sampleFolderOf("keys", undefined),
    new URL("../../../patches/samples", import.meta.url).pathname,
  );
  assert.equal(sampleFolderOf("/music/set.ts", "/sounds"), "/sounds");
  assert.equal(sampleFolderOf("keys", "sounds"), `${Deno.cwd()}/sounds`);
});
