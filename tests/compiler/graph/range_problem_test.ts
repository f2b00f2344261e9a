import assert from "node:assert/strict";
import fc from "fast-check";
import { rangeProblem } from "../../../compiler/graph/range_problem.ts";

const number = fc.oneof(fc.integer({ min: -3, max: 3 }), fc.constantFrom(Infinity, -Infinity, NaN));

Deno.test("a range is sound where its default lies between finite ends that differ, and an exponential one is positive", () => {
  fc.assert(
    fc.property(
      fc.record({
        min: number,
        max: number,
        default: number,
        curve: fc.constantFrom("linear" as const, "exponential" as const),
      }),
      (range) => {
        const { min, max, default: fallback, curve } = range;
        const isSound = Number.isFinite(max - min) && min < max && fallback >= min && fallback <= max &&
          (curve === "linear" || min > 0);
        assert.equal(rangeProblem(range) === undefined, isSound);
      },
    ),
    { numRuns: 500 },
  );
});
