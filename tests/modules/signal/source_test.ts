import assert from "node:assert/strict";
import { withUse } from "../../../modules/signal/build_context.ts";
import { constantNode, makeNode } from "../../../modules/signal/source.ts";

const parameter = makeNode({ op: "parameter", type: "f32", attribute: 3 });

Deno.test("an operation on constants is a constant, rounded as the lanes round", () => {
  const args = [0.1, 0.2].map((value) => constantNode("f32", Math.fround(value)));
  const { op, attribute } = makeNode({ op: "add", type: "f32", args });
  assert.equal(op, "constant");
  assert.equal(attribute, Math.fround(Math.fround(0.1) + Math.fround(0.2)));
  const wrapped = makeNode({ op: "shiftLeft", type: "i32", args: [constantNode("i32", -1)], attribute: 31 });
  assert.equal(wrapped.attribute, -(2 ** 31));
});

Deno.test("a factor of 1 is no operation; one of 0 is, because of infinities", () => {
  const times = (value: number) =>
    makeNode({ op: "multiply", type: "f32", args: [parameter, constantNode("f32", value)] });
  assert.equal(times(1), parameter);
  assert.equal(times(0).op, "multiply");
});

Deno.test("a node carries the module that made it, and where the patch made it, for error texts", () => {
  assert.ok(parameter.made instanceof Error && parameter.use.name === "patch");
  const use = { name: "mine", location: "here.ts:3" };
  const inner = withUse(use, () => makeNode({ op: "parameter", type: "f32" }));
  assert.deepEqual([inner.use, inner.made], [use, undefined]);
});
