import assert from "node:assert/strict";
import { SeededRandom } from "../../testing/seeded_random.ts";

const draw = (seed: number) => {
  const random = new SeededRandom(seed);
  return Array.from({ length: 1_000 }, () => random.next());
};

Deno.test("a seed gives the same numbers again, another seed others", () => {
  assert.deepEqual(draw(7), draw(7));
  assert.notDeepEqual(draw(7), draw(8));
});

Deno.test("numbers lie in their range and spread over it", () => {
  const random = new SeededRandom(1);
  const counts = new Array(10).fill(0);
  for (let count = 0; count < 10_000; count++) counts[random.below(10)]++;
  assert.ok(counts.every((count) => count > 800 && count < 1_200), counts.join());
  assert.ok(draw(3).every((x) => x >= 0 && x < 1));
});
