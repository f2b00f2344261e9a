import assert from "node:assert/strict";
import { decibels, decibelText } from "../../foundation/decibels.ts";

Deno.test("a factor is a level to a tenth of a dB, with its sign", () => {
  assert.deepEqual([1, 2, 0.5, 10, 0].map(decibels), [0, 6, -6, 20, -Infinity]);
  assert.deepEqual([1, 1.43, 0.966].map(decibelText), ["0.0 dB", "+3.1 dB", "-0.3 dB"]);
});
