/** The assembler beside `wabt`, the reference: the same bytes for every patch, every instruction and every number. */
import assert from "node:assert/strict";
import fc from "fast-check";
import wabt from "wabt";
import { checksumWat } from "../../../engine/memory/checksum.ts";
import { SampleLoader } from "../../../engine/samples/sample_loader.ts";
import { assemble } from "../../../compiler/wasm/assemble.ts";
import { patchText } from "../../../compiler/compile.ts";
import { instructions } from "../../../compiler/wasm/instruction_set.ts";
import { floatText } from "../../../compiler/wat/float_text.ts";
import { AssemblyError } from "../../../compiler/wasm/wat_reader.ts";
import { patches } from "../../../patches/ready/catalogue.ts";
import { sampleFolderOf } from "../../../patches/loading/sample_folder.ts";
import { sharedItems, sharedRuns } from "../../../testing/share.ts";
import { testFormat } from "../../../testing/patch/patch_player.ts";
import { patchOf, recipes } from "../../../testing/compiler/random_patch.ts";

const runs = Number(Deno.env.get("UNDERSTUDY_TEST_GRAPHS") ?? 120);
const features = { simd: true, threads: true, multi_memory: true };
const reference = await wabt();

/** What the reference makes of a text. It is not asked to check types, so that instructions can stand alone. */
function assembledByReference(wat: string): Uint8Array {
  const parsed = reference.parseWat("reference.wat", wat, features);
  try {
    return parsed.toBinary({}).buffer;
  } finally {
    parsed.destroy();
  }
}

function assertSame(wat: string): void {
  assert.deepEqual(assemble(wat, "test"), Uint8Array.from(assembledByReference(wat)));
}

const inFunction = (text: string) => `(module (memory 1) (func ${text}))`;

for (
  const [name, patch] of sharedItems(
    "ready patches beside the reference assembler",
    Object.entries(patches),
    3,
  )
) {
  Deno.test(`${name} becomes the bytes that the reference makes of it, in every format`, async () => {
    for (const channels of [1, 2, 4]) {
      const format = { ...testFormat, channels, inputChannels: channels - 1 };
      const graph = patch.build(format);
      const bank = await new SampleLoader().load(sampleFolderOf(name, undefined), graph.samples ?? []);
      assertSame(patchText(graph, format, bank).wat);
    }
  });
}

Deno.test("random patches become the bytes that the reference makes of them", () => {
  fc.assert(
    fc.property(
      recipes,
      (recipe) => assertSame(patchText(patchOf(recipe).build(testFormat), testFormat).wat),
    ),
    sharedRuns("random patches beside the reference assembler", runs, 4),
  );
});

Deno.test("the checksum, with its import and its global, becomes the bytes of the reference", () => {
  assertSame(checksumWat);
});

Deno.test("two memories, of which one is shared, become the bytes of the reference", () => {
  assertSame(`(module
    (import "a" "b" (memory $own 1 2))
    (import "a" "c" (memory $shared 3 70 shared))
    (export "memory" (memory $own))
    (data (i32.const 300) "\\00\\ffplain")
    (func $load (export "load") (param $at i32) (result v128)
      (v128.load32_lane $shared offset=70000 2 (local.get $at)
        (v128.load $shared (i32.const 1))
        (v128.load offset=4 (local.get $at))))
  )`);
});

Deno.test("every instruction becomes the bytes of the reference", () => {
  const immediates: Partial<Record<string, string>> = {
    local: "$l",
    global: "$g",
    function: "$f",
    label: "$outer",
    lane: "3",
    lanes: "0 1 2 3 4 5 6 7 31 30 29 28 27 26 25 24",
    i32: "-5",
    i64: "-5000000000",
    f32: "0.1",
    v128: "i32x4 1 -2 3 0x80000000",
    if: "(result i32) (i32.const 1) (then (i32.const 2)) (else (i32.const 3))",
    block: "$inner (result i32) (br $inner) (br $outer)",
  };
  for (const [name, { immediate }] of instructions) {
    const text = name.endsWith("_lane") && immediate === "memory"
      ? "offset=300 1"
      : immediates[immediate] ?? "";
    assertSame(`(module
      (memory 1)
      (global $g (mut i32) (i32.const 1))
      (func)
      (func $f (param i32) (param $l i64) (local $a v128) (local $b v128) (local $c f32)
        (block $outer (loop (${name} ${text})))))`);
  }
});

Deno.test("whole numbers of 32 and 53 bits and all floats become the bytes of the reference", () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.integer(), fc.integer({ min: -200, max: 200 }), fc.integer({ min: 0, max: 2 ** 32 - 1 })),
      fc.oneof(fc.maxSafeInteger(), fc.integer({ min: -10_000, max: 10_000 })),
      fc.float(),
      (word, long, float) =>
        assertSame(
          inFunction(
            `(drop (i32.const ${word})) (drop (i64.const ${long})) (drop (f32.const ${floatText(float)}))
             (drop (f32.const ${float})) (drop (v128.const f32x4 ${floatText(float)} 0 -0 1e-3))`
              .replaceAll("Infinity", "inf").replaceAll("NaN", "nan"),
          ),
        ),
    ),
  );
});

const mistakes: readonly (readonly [text: string, message: RegExp])[] = [
  [
    "(module\n(func\n(f32x4.relaxed_madd)))",
    /^test\.wat:3: expected an instruction, found "f32x4\.relaxed_madd"$/,
  ],
  [inFunction("(local.get $missing)"), /^test\.wat:1: expected a name that is known, found "\$missing"$/],
  [inFunction("(call $missing)"), /expected a name that is known/],
  [inFunction("(local $l i16)"), /expected a type, found "i16"/],
  [inFunction("(br $out)"), /expected the name of a block around, found "\$out"/],
  [inFunction("(i32.const one)"), /expected a number, found "one"/],
  [inFunction("(i32.const)"), /expected a number, found ""/],
  [inFunction("(i32.const 4294967296)"), /expected a whole number from -2147483648 to 4294967295/],
  [inFunction("(i32x4.extract_lane 4 (nop))"), /expected a whole number from 0 to 3, found "4"/],
  [inFunction("(i32.load $other (nop))"), /expected a memory, found "\$other"/],
  [inFunction("(if (nop) (nop))"), /expected \(then/],
  [inFunction("nop"), /expected \), found "nop\)\)"/],
  ["(module (func $twice) (func $twice))", /expected a new name, found "\$twice"/],
  ["(module (table 1 funcref))", /expected a part of a module/],
  ["(module (func (nop)", /expected \), found ""/],
  ["", /expected \(module/],
];

for (const [text, message] of mistakes) {
  Deno.test(`says where and what it does not know: ${text || "nothing at all"}`, () => {
    assert.throws(
      () => assemble(text, "test"),
      (error) => error instanceof AssemblyError && message.test(error.message),
    );
  });
}
