import assert from "node:assert/strict";
import { outputsText } from "../../foundation/outputs_text.ts";

Deno.test("neighbours are a range, and named outputs have their names", () => {
  assert.equal(outputsText([3]), "output 3");
  assert.equal(outputsText([1, 2]), "outputs 1 and 2");
  assert.equal(outputsText([3, 4, 5, 6, 9, 11, 12]), "outputs 3 to 6, 9, 11 and 12");
  assert.equal(outputsText([2, 3], ["left", "right"]), "outputs 2 (right) and 3");
});
