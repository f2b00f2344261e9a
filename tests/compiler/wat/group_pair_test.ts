import assert from "node:assert/strict";
import { GroupPair } from "../../../compiler/wat/group_pair.ts";

Deno.test("what depends on a group is done for both, anything else once, in the order of the statements", () => {
  const pair = new GroupPair(["$group", "$s0"]);
  assert.deepEqual(
    pair.of([
      "(local.set $s0 (v128.load (local.get $group)))",
      "(local.set $n1 (v128.load (i32.const 8)))",
      "(local.set $n2 (f32x4.add (local.get $s0) (local.get $n1)))",
      "(v128.store (i32.const 0) (local.get $n2))",
    ]),
    [
      "(local.set $s0 (v128.load (local.get $group)))",
      "(local.set $s0_second (v128.load (local.get $group_second)))",
      "(local.set $n1 (v128.load (i32.const 8)))",
      "(local.set $n2 (f32x4.add (local.get $s0) (local.get $n1)))",
      "(local.set $n2_second (f32x4.add (local.get $s0_second) (local.get $n1)))",
      "(v128.store (i32.const 0) (local.get $n2))",
      "(v128.store (i32.const 0) (local.get $n2_second))",
    ],
  );
  assert.deepEqual(pair.locals(["$s0", "$n1", "$n2"]), ["$s0", "$s0_second", "$n1", "$n2", "$n2_second"]);
});

Deno.test("a sum that both groups add to is one local, which the second goes on from", () => {
  const pair = new GroupPair(["$group"]);
  const add = "(local.set $sum0 (f32x4.add (local.get $sum0) (v128.load (local.get $group))))";
  assert.deepEqual(pair.of([add]), [add, add.replace("$group", "$group_second")]);
});
