import assert from "node:assert/strict";
import { hoistConstants, isLocal } from "../../../compiler/wat/locals.ts";

Deno.test("a text only names a local when there is nothing around it", () => {
  assert.ok(isLocal("(local.get $n12)") && isLocal("(local.get $n12)", "$n"));
  assert.ok(!isLocal("(local.get $s1)", "$n"));
  assert.ok(!isLocal("(f32x4.neg (local.get $n12))") && !isLocal("(i32.const 1)"));
  assert.ok(!isLocal("(local.get $n1) and much more that follows"));
});

Deno.test("equal constants become one local, in every text, and nothing else changes", () => {
  const constants = new Map<string, string>();
  const half = "(f32x4.splat (f32.const 0.5))";
  const one = "(i32x4.splat (i32.const 1))";
  const zero = "(v128.const i32x4 0 0 0 0)";
  assert.equal(
    hoistConstants(`(a ${half} (b ${one}) ${half} (f32x4.splat (local.get $x)))`, constants),
    "(a (local.get $c0) (b (local.get $c1)) (local.get $c0) (f32x4.splat (local.get $x)))",
  );
  assert.equal(hoistConstants(`(c ${zero} ${one})`, constants), "(c (local.get $c2) (local.get $c1))");
  assert.deepEqual([...constants], [[half, "$c0"], [one, "$c1"], [zero, "$c2"]]);
});
