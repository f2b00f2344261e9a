import assert from "node:assert/strict";
import { cacheDirectory } from "../../config/cache_directory.ts";

Deno.test("the configured folder counts, then the user's cache", () => {
  assert.equal(cacheDirectory("/a/cache/"), "/a/cache");
  const before = Deno.env.get("XDG_CACHE_HOME");
  try {
    Deno.env.set("XDG_CACHE_HOME", "/b");
    assert.equal(cacheDirectory(), "/b/understudy");
    assert.equal(cacheDirectory(""), "/b/understudy");
    Deno.env.delete("XDG_CACHE_HOME");
    assert.equal(cacheDirectory(), `${Deno.env.get("HOME")}/.cache/understudy`);
  } finally {
    if (before !== undefined) Deno.env.set("XDG_CACHE_HOME", before);
  }
});
