/**
 * The instructions that the assembler knows: everything that the compiler emits, and nothing that could give different
 * results on different machines, so no relaxed SIMD. Codes are those of the WebAssembly specification, "Index of Instructions".
 */

/** The immediate between an instruction's name and its operands. */
export type Immediate =
  | "nothing"
  | "local"
  | "global"
  | "function"
  | "label"
  | "lane"
  | "lanes"
  | "memory"
  | "memories"
  | "i32"
  | "i64"
  | "f32"
  | "v128"
  | "block"
  | "if";

export interface Instruction {
  /** 0, or the byte before the code: 0xFC for memory as a whole, 0xFD for vectors. */
  readonly prefix: number;
  readonly code: number;
  readonly immediate: Immediate;
  /** Binary logarithm of the bytes that a load or store reaches; of `memories`, their number. */
  readonly size: number;
}

/** By name, in the order of the codes. */
export const instructions = new Map<string, Instruction>();

/** The common part of several instructions; omitted: no prefix, no immediate, size 0. */
type Row = Partial<Omit<Instruction, "code">>;

function add({ prefix = 0, immediate = "nothing", size = 0 }: Row, codes: Readonly<Record<string, number>>) {
  for (const [name, code] of Object.entries(codes)) instructions.set(name, { prefix, code, immediate, size });
}

/** Names of one type, with codes that follow each other; `_` leaves one out. */
function addRow({ type, first, ...row }: Row & { type: string; first: number }, names: string): void {
  names.split(" ").forEach((name, index) => {
    if (name !== "_") add(row, { [`${type}.${name}`]: first + index });
  });
}

const memory = 0xFC;
const vector = 0xFD;
add({}, { unreachable: 0x00, nop: 0x01, return: 0x0F, drop: 0x1A, select: 0x1B });
add({ immediate: "block" }, { block: 0x02, loop: 0x03 });
add({ immediate: "if" }, { if: 0x04 });
add({ immediate: "label" }, { br: 0x0C, br_if: 0x0D });
add({ immediate: "function" }, { call: 0x10 });
add({ immediate: "local" }, { "local.get": 0x20, "local.set": 0x21, "local.tee": 0x22 });
add({ immediate: "global" }, { "global.get": 0x23, "global.set": 0x24 });
add({ immediate: "memory", size: 2 }, {
  "i32.load": 0x28,
  "f32.load": 0x2A,
  "i32.store": 0x36,
  "f32.store": 0x38,
});
add({ immediate: "memory", size: 3 }, { "i64.load": 0x29, "i64.store": 0x37 });
add({ immediate: "i32" }, { "i32.const": 0x41 });
add({ immediate: "i64" }, { "i64.const": 0x42 });
add({ immediate: "f32" }, { "f32.const": 0x43 });
addRow({ type: "i32", first: 0x45 }, "eqz eq ne lt_s lt_u gt_s gt_u le_s le_u ge_s ge_u");
addRow({ type: "i64", first: 0x50 }, "eqz eq ne lt_s lt_u gt_s gt_u le_s le_u ge_s ge_u");
addRow({ type: "f32", first: 0x5B }, "eq ne lt gt le ge");
addRow(
  { type: "i32", first: 0x67 },
  "clz ctz popcnt add sub mul div_s div_u rem_s rem_u and or xor shl shr_s shr_u rotl rotr",
);
addRow(
  { type: "i64", first: 0x79 },
  "clz ctz popcnt add sub mul div_s div_u rem_s rem_u and or xor shl shr_s shr_u rotl rotr",
);
addRow(
  { type: "f32", first: 0x8B },
  "abs neg ceil floor trunc nearest sqrt add sub mul div min max copysign",
);
add({}, { "i32.wrap_i64": 0xA7, "i64.extend_i32_s": 0xAC, "i64.extend_i32_u": 0xAD });
addRow({ type: "f32", first: 0xB2 }, "convert_i32_s convert_i32_u");
add({}, { "i32.reinterpret_f32": 0xBC, "f32.reinterpret_i32": 0xBE });
add({ prefix: memory, immediate: "memories", size: 2 }, { "memory.copy": 0x0A });
add({ prefix: memory, immediate: "memories", size: 1 }, { "memory.fill": 0x0B });
add({ prefix: vector, immediate: "memory", size: 4 }, { "v128.load": 0x00, "v128.store": 0x0B });
add({ prefix: vector, immediate: "memory", size: 2 }, {
  "v128.load32_splat": 0x09,
  "v128.load32_zero": 0x5C,
});
add({ prefix: vector, immediate: "memory", size: 3 }, {
  "v128.load64_splat": 0x0A,
  "v128.load64_zero": 0x5D,
});
add({ prefix: vector, immediate: "memory", size: 2 }, {
  "v128.load32_lane": 0x56,
  "v128.store32_lane": 0x5A,
});
add({ prefix: vector, immediate: "memory", size: 3 }, {
  "v128.load64_lane": 0x57,
  "v128.store64_lane": 0x5B,
});
add({ prefix: vector, immediate: "v128" }, { "v128.const": 0x0C });
add({ prefix: vector, immediate: "lanes" }, { "i8x16.shuffle": 0x0D });
add({ prefix: vector }, { "i32x4.splat": 0x11, "f32x4.splat": 0x13 });
addRow({ prefix: vector, type: "i32x4", first: 0x1B, immediate: "lane" }, "extract_lane replace_lane");
addRow({ prefix: vector, type: "f32x4", first: 0x1F, immediate: "lane" }, "extract_lane replace_lane");
addRow({ prefix: vector, type: "i32x4", first: 0x37 }, "eq ne lt_s lt_u gt_s gt_u le_s le_u ge_s ge_u");
addRow({ prefix: vector, type: "f32x4", first: 0x41 }, "eq ne lt gt le ge");
addRow({ prefix: vector, type: "v128", first: 0x4D }, "not and andnot or xor bitselect any_true");
addRow({ prefix: vector, type: "f32x4", first: 0x67 }, "ceil floor trunc nearest");
addRow({ prefix: vector, type: "i32x4", first: 0xA0 }, "abs neg _ all_true bitmask");
addRow(
  { prefix: vector, type: "i32x4", first: 0xAB },
  "shl shr_s shr_u add _ _ sub _ _ _ mul min_s min_u max_s max_u",
);
addRow({ prefix: vector, type: "f32x4", first: 0xE0 }, "abs neg _ sqrt add sub mul div min max pmin pmax");
addRow({ prefix: vector, type: "i32x4", first: 0xF8 }, "trunc_sat_f32x4_s trunc_sat_f32x4_u");
addRow({ prefix: vector, type: "f32x4", first: 0xFA }, "convert_i32x4_s convert_i32x4_u");
