import assert from "node:assert/strict";
import fc from "fast-check";
import { PatternError } from "../../../osc/methods/pattern.ts";
import { maxPatternsKept, PatternCache } from "../../../osc/methods/pattern_cache.ts";

Deno.test("matches are kept for a bounded number of patterns, and are the same from the cache", () => {
  const addresses = ["/a", "/b", "/c/d"];
  const cache = new PatternCache(addresses);
  fc.assert(
    fc.property(fc.nat(1_000), (number) => {
      const pattern = `/[a${String.fromCharCode(0x100 + number)}]`;
      assert.deepEqual(cache.matches(pattern), ["/a"]);
      assert.deepEqual(cache.matches("//*"), addresses);
      assert.ok(cache.size <= maxPatternsKept);
    }),
    { numRuns: 2_000 },
  );
  assert.equal(cache.size, maxPatternsKept);
  assert.throws(() => cache.matches("/["), PatternError);
});
