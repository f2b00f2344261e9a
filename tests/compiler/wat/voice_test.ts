import assert from "node:assert/strict";
import { eachVoice } from "../../../compiler/wat/voice.ts";
import { runText } from "../../../testing/compiler/run_text.ts";

Deno.test("a loop over voices meets each of them once, in order, with its own lane", () => {
  const { call, words } = runText(
    `(func $mine_lane (param $voice i32) (result i32) (i32.mul (local.get $voice) (i32.const 8)))`,
    `(func (export "all") (local $voice i32) (local $lane i32) (local $count i32)
      (local.set $voice (i32.const 99))
      ${
      eachVoice(
        "mine",
        5,
        `(local.set $count (i32.add (local.get $count) (i32.const 1)))
         (i32.store (local.get $lane) (local.get $count))`,
      )
    })`,
  );
  call("all");
  assert.deepEqual([...words.subarray(0, 11)], [1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 0]);
});
