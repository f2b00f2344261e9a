import assert from "node:assert/strict";
import { watHashes, writtenWatHashes } from "../../scripts/generate_wat_hashes.ts";

Deno.test("every ready patch compiles to the text that is written down; after a change on purpose: deno task hashes", async () => {
  assert.deepEqual(await watHashes(), writtenWatHashes());
});
