import assert from "node:assert/strict";
import {
  always,
  Condition,
  constant,
  floatSource,
  Integer,
  integerSource,
  kindOf,
  Signal,
} from "../../../modules/signal/signal.ts";
import { makeNode } from "../../../modules/signal/source.ts";
import { evaluateCompiled } from "../../../testing/trial/trial_patch.ts";

const points = [-3.5, -1, -0, 0, 0.25, 2.5, 1e9, NaN];
const heard = async (
  formula: (x: Signal<"1">) => Signal<"1">,
) => [...await evaluateCompiled(formula, points)];

Deno.test("limits hold below and above, and what is no number becomes the lower one", async () => {
  assert.deepEqual(await heard((x) => x.within(-1, 2)), [-1, -1, -0, 0, 0.25, 2, 2, -1]);
});

Deno.test("comparisons are each other's opposite, except for what is no number", async () => {
  const one = (condition: (x: Signal<"1">) => Condition) => heard((x) => condition(x).select(1, 0));
  assert.deepEqual(await one((x) => x.isBelow(0)), [1, 1, 0, 0, 0, 0, 0, 0]);
  assert.deepEqual(await one((x) => x.isAtLeast(0)), [0, 0, 1, 1, 1, 1, 1, 0]);
  assert.deepEqual(await one((x) => x.isAbove(0).or(x.isAtMost(0)).not()), [0, 0, 0, 0, 0, 0, 0, 1]);
  assert.deepEqual(await one((x) => x.equals(0).and(always(true))), [0, 0, 1, 1, 0, 0, 0, 0]);
});

Deno.test("integers are cut towards zero and wrap in 32 bits", async () => {
  assert.deepEqual(await heard((x) => x.toInteger().toFloat()), [-3, -1, 0, 0, 0, 2, 1e9, 0]);
  assert.deepEqual(await heard((x) => x.toInteger().times(8).toFloat()), [
    -24,
    -8,
    0,
    0,
    0,
    16,
    -589_934_592,
    0,
  ]);
});

Deno.test("constants are folded while the patch is written", () => {
  assert.ok(constant(3).times(2).minus(5).isAlways(1));
  assert.ok(!new Signal(makeNode({ op: "parameter", type: "f32" })).times(0).isAlways(0));
});

Deno.test("kinds do not mix, and errors say what was given", () => {
  const integer = constant(1).toInteger();
  assert.throws(() => new Signal(integer.source), /expected floats, found i32/);
  assert.throws(() => new Integer(constant(1).source), /expected integers, found f32/);
  assert.throws(() => new Condition(constant(1).source), /expected a condition, found f32/);
  assert.throws(
    () => floatSource(integer as never),
    /expected a signal or a number, found an integer signal/,
  );
  assert.throws(() => integerSource(1.5), /expected an integer signal or a whole number, found 1.5/);
  assert.deepEqual([undefined, null, constant(1), always(true), integer, [1, 2], {}, "a", 7].map(kindOf), [
    ...[
      "nothing",
      "nothing",
      "a signal",
      "a condition",
      "an integer signal",
      "2 signals",
      "an object",
      '"a"',
      "7",
    ],
  ]);
});
