import assert from "node:assert/strict";
import { fuzzArguments } from "../../testing/fuzz_arguments.ts";

Deno.test("a fuzzer has its usual count and a seed of its own unless they are given", () => {
  assert.deepEqual(fuzzArguments(["500", "--seed", "7"], 1_000), { count: 500, seed: 7 });
  const { count, seed } = fuzzArguments([], 1_000);
  assert.equal(count, 1_000);
  assert.ok(Number.isInteger(seed) && seed >= 0);
});
