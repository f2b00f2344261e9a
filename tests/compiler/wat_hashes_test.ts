import assert from "node:assert/strict";
import { watHashes } from "../../scripts/generate_wat_hashes.ts";

Deno.test("every ready patch compiles to the text that is written down; after a change on purpose: deno task hashes", async () => {
  const written = await Deno.readTextFile(new URL("wat_hashes.json", import.meta.url));
  assert.deepEqual(await watHashes(), JSON.parse(written));
});
