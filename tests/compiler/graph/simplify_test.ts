import assert from "node:assert/strict";
import fc from "fast-check";
import { type LaneType, type OperationName, operations } from "../../../compiler/graph/operations.ts";
import { simplify } from "../../../compiler/graph/simplify.ts";

const special = [0, -0, 1, -1, NaN, Infinity, -Infinity, 1e-45, -1e-45, 3.4028234663852886e38];

/** Every value that a lane of a type can hold, the special ones often. */
const values: Readonly<Record<LaneType, fc.Arbitrary<number>>> = {
  f32: fc.oneof(fc.constantFrom(...special), fc.float()).map(Math.fround),
  i32: fc.oneof(fc.constantFrom(0, 1, -1, 2 ** 31 - 1, -(2 ** 31)), fc.integer()),
  mask: fc.constantFrom(0, -1),
};

const names = Object.keys(operations) as OperationName[];

Deno.test("every rule gives the bits of the operation itself, for all values, NaN, infinities and both zeros", () => {
  const used = new Set<OperationName>();
  for (const name of names) {
    const { args, evaluate } = operations[name];
    const one = fc.tuple(...args.map((type) => fc.tuple(values[type], fc.boolean())));
    fc.assert(
      fc.property(one, (given) => {
        const all = given.map(([value]) => value);
        const found = simplify(name, given.map(([value, isKnown]) => isKnown ? value : undefined));
        if (!found) return;
        used.add(name);
        const simple = "constant" in found ? found.constant : all[found.argument];
        assert.ok(Object.is(simple, evaluate(all, 0)), `${name} ${all}: ${simple}, not ${evaluate(all, 0)}`);
      }),
      { numRuns: 400 },
    );
  }
  assert.deepEqual([...used].sort(), [
    "both",
    "divide",
    "either",
    "keep",
    "multiply",
    "selectFloat",
    "selectInteger",
    "selectMask",
  ]);
});

Deno.test("rules that would change a bit are not taken", () => {
  // -0 + 0 is 0; Infinity * 0 and NaN * 0 are NaN; 0 / -1 is -0
  assert.equal(simplify("add", [undefined, 0]), undefined);
  assert.equal(simplify("subtract", [undefined, -0]), undefined);
  assert.equal(simplify("multiply", [undefined, 0]), undefined);
  assert.equal(simplify("divide", [0, undefined]), undefined);
  assert.equal(simplify("multiply", [undefined, -1]), undefined);
});
