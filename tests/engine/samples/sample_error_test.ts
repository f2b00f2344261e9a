import assert from "node:assert/strict";
import { SampleError } from "../../../engine/samples/sample_error.ts";
import { SampleLoader } from "../../../engine/samples/sample_loader.ts";

Deno.test("a folder that is missing is an error that names it and the remedy", async () => {
  const loading = new SampleLoader().load("/no/such/folder", ["a.wav"]);
  await assert.rejects(loading, (error: Error) => {
    assert.ok(error instanceof SampleError && error.name === "SampleError");
    assert.match(error.message, /no folder \/no\/such\/folder.*UNDERSTUDY_SAMPLE_FOLDER/);
    return true;
  });
});
