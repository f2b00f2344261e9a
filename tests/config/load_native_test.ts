/** Takes turns: every test with an engine builds the native part, or finds it built. */
import assert from "node:assert/strict";
import { loadNative } from "../../config/load_native.ts";

Deno.test("the native part is built once for a cache folder, with one notice", async () => {
  const cacheDirectory = await Deno.makeTempDir();
  const notices: string[] = [];
  const first = await loadNative({ cacheDirectory }, (text) => notices.push(text));
  const second = await loadNative({ cacheDirectory }, (text) => notices.push(text));
  assert.equal(first.path, second.path);
  assert.ok(first.path.startsWith(cacheDirectory));
  assert.deepEqual(notices, [`native part built: ${first.path}`]);
  assert.ok(first.native.symbols.us_thread_id() > 0);
  await Deno.remove(cacheDirectory, { recursive: true });
});
