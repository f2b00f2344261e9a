import assert from "node:assert/strict";
import { LruMap } from "../../foundation/lru_map.ts";

Deno.test("beyond its size, what was used least recently is forgotten", () => {
  const map = new LruMap<string, number>(2);
  map.set("a", 1);
  map.set("b", 2);
  assert.equal(map.get("a"), 1);
  map.set("c", 3);
  assert.deepEqual([map.get("a"), map.get("b"), map.get("c"), map.size], [1, undefined, 3, 2]);
  map.delete("a");
  assert.equal(map.size, 1);
});
