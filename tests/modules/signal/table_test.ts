import assert from "node:assert/strict";
import { table } from "../../../modules/signal/table.ts";
import { evaluateCompiled } from "../../../testing/trial/trial_patch.ts";

Deno.test("the index wraps at both ends of the table", async () => {
  const values = [1.5, -2, 0.25, 8];
  const places = [0, 1, 2, 3, 4, 7, -1, -4, 1e6 + 1];
  const found = await evaluateCompiled((place) => table(values)(place.toInteger()), places);
  assert.deepEqual([...found], places.map((place) => values[((place % 4) + 4) % 4]));
});

Deno.test("a table has a power of two of values", () => {
  for (const length of [0, 3, 12]) {
    assert.throws(() => table(Array(length).fill(0)), new RegExp(`found ${length}`));
  }
  table([7]);
});
