import assert from "node:assert/strict";
import { FunctionAssembler } from "../../../compiler/wasm/assemble_function.ts";
import { TextReader } from "../../../compiler/wasm/wat_reader.ts";

const indexes = {
  functions: new Map([["$f", 3]]),
  memories: new Map([["$arena", 0], ["$other", 1]]),
  globals: new Map([["$g", 2]]),
};
const [i32, v128] = [0x7F, 0x7B];

/** Types and bytes of a function, from the text behind its name. */
function assembled(text: string) {
  const assembler = new FunctionAssembler(new TextReader(text, "test"), indexes);
  const { parameters, results } = assembler.signature();
  return { parameters, results, bytes: [...assembler.body()] };
}

Deno.test("operands come before their instruction, and locals are numbered after the parameters", () => {
  const { parameters, results, bytes } = assembled(
    "(param $a i32) (param $b i32) (result i32) (local $c i32) (local $v v128) (local $w v128)" +
      " (i32.sub (local.get $b) (local.tee $c (i32.const -1)))",
  );
  assert.deepEqual([parameters, results], [[i32, i32], [i32]]);
  // 1 local of i32, 2 of v128; local.get 1, i32.const -1, local.tee 2, i32.sub, end
  assert.deepEqual(bytes, [2, 1, i32, 2, v128, 0x20, 1, 0x41, 0x7F, 0x22, 2, 0x6B, 0x0B]);
});

Deno.test("a jump counts the blocks that it leaves, and a condition stands before its choice", () => {
  const { bytes } = assembled("(block $out (loop $in (br_if $out (i32.const 1)) (br $in)))");
  const jumps = [0x41, 1, 0x0D, 1, 0x0C, 0];
  assert.deepEqual(bytes, [0, 0x02, 0x40, 0x03, 0x40, ...jumps, 0x0B, 0x0B, 0x0B]);
  assert.deepEqual(
    assembled("(if (i32.const 0) (then (nop)) (else (return)))")
      .bytes,
    [0, 0x41, 0, 0x04, 0x40, 0x01, 0x05, 0x0F, 0x0B, 0x0B],
  );
});

Deno.test("a load names its memory only when it is not the first", () => {
  const load = (text: string) => assembled(`(drop ${text})`).bytes.slice(1, -2);
  assert.deepEqual(load("(i32.load offset=8 (i32.const 0))"), [0x41, 0, 0x28, 2, 8]);
  assert.deepEqual(load("(i32.load $arena (i32.const 0))"), [0x41, 0, 0x28, 2, 0]);
  assert.deepEqual(load("(i32.load $other offset=8 (i32.const 0))"), [0x41, 0, 0x28, 2 | 0x40, 1, 8]);
});
