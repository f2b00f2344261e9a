import assert from "node:assert/strict";
import { isPickable, pick } from "../../../modules/clocks/pick.ts";
import { constant } from "../../../modules/signal/signal.ts";
import { evaluateCompiled } from "../../../testing/trial/trial_patch.ts";

const places = [-7, -1, 0, 1, 2, 3, 4, 5, 100];
const expected = (list: readonly number[]) =>
  places.map((place) => list[Math.min(list.length - 1, Math.max(0, place))]);

Deno.test("a fixed list, short or long, gives the one at its place, its ends beyond them", async () => {
  for (const list of [[3], [3, 1, 4], [3, 1, 4, 1.5, 9], [2, 7, 1, 8, 2.5, 8.5, 4]]) {
    const found = await evaluateCompiled((place) => pick(list, place.toInteger()), places);
    assert.deepEqual([...found], expected(list), list.join());
  }
});

Deno.test("a list with signals in it gives the same as one of numbers", async () => {
  const list = [10, 20, 30, 40, 50];
  const found = await evaluateCompiled(
    (place) => pick(list.map((one, index) => index % 2 ? one : place.times(0).plus(one)), place.toInteger()),
    places,
  );
  assert.deepEqual([...found], expected(list));
});

Deno.test("signals and finite numbers can stand in a list", () => {
  assert.ok([constant(1), 0, -2.5].every(isPickable));
  assert.ok(![NaN, Infinity, "1", undefined, null, {}].some(isPickable));
});
