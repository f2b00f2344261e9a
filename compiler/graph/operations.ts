/**
 * Everything a lane can compute, as one table: the types, the strict SIMD instructions, and what one lane gives. The
 * compiler emits `wat` and folds constants with `evaluate`; the interpreter of the tests runs on `evaluate` alone, so random
 * graphs compare the two everywhere.
 *
 * Nothing here calls `Math.sin` or similar functions: their results differ between machines.
 */

/** What a lane holds: a 32-bit float, a 32-bit integer, or all bits set or clear. */
export type LaneType = "f32" | "i32" | "mask";

export interface Operation {
  readonly args: readonly LaneType[];
  readonly result: LaneType;
  /** WebAssembly text, given that of the arguments and the attribute of the node. */
  readonly wat: (args: readonly string[], attribute: number) => string;
  /** One lane. Floats arrive and leave rounded to 32 bits, masks are -1 or 0. */
  readonly evaluate: (args: readonly number[], attribute: number) => number;
}

const words = new Int32Array(1);
const floats = new Float32Array(words.buffer);

/** The bits of a 32-bit float. */
function bitsOf(value: number): number {
  floats[0] = value;
  return words[0];
}

/** The 32-bit float that has these bits. */
function floatOf(bits: number): number {
  words[0] = bits;
  return floats[0];
}

/** A number as part of a key: -0 and 0 are the same text but not the same number. */
export function keyOf(value: number): number | string {
  return Object.is(value, -0) ? "-0" : value;
}

function direct(
  instruction: string,
  { args, result }: Pick<Operation, "args" | "result">,
  evaluate: (...args: number[]) => number,
): Operation {
  return {
    args,
    result,
    // concatenated, not joined: V8 does not copy a text each time it becomes part of a longer one
    wat: (texts) => {
      let text = `(${instruction}`;
      for (const one of texts) text += ` ${one}`;
      return `${text})`;
    },
    evaluate: (values) => result === "f32" ? Math.fround(evaluate(...values)) : evaluate(...values) | 0,
  };
}

const float = (instruction: string, arity: number, evaluate: (...args: number[]) => number) =>
  direct(`f32x4.${instruction}`, { args: Array(arity).fill("f32"), result: "f32" }, evaluate);
const integer = (instruction: string, evaluate: (...args: number[]) => number) =>
  direct(`i32x4.${instruction}`, { args: ["i32", "i32"], result: "i32" }, evaluate);
const compare = (shape: "f32" | "i32", instruction: string, evaluate: (a: number, b: number) => boolean) =>
  direct(
    `${shape}x4.${instruction}`,
    { args: [shape, shape], result: "mask" },
    (a, b) => evaluate(a, b) ? -1 : 0,
  );
const bitwise = (instruction: string, type: LaneType, evaluate: (a: number, b: number) => number) =>
  direct(`v128.${instruction}`, { args: [type, type], result: type }, evaluate);
const shift = (instruction: string, evaluate: (value: number, by: number) => number): Operation => ({
  args: ["i32"],
  result: "i32",
  wat: ([value], by) => `(i32x4.${instruction} ${value} (i32.const ${by}))`,
  evaluate: ([value], by) => evaluate(value, by) | 0,
});
const choice = (type: LaneType): Operation => ({
  args: ["mask", type, type],
  result: type,
  wat: ([mask, yes, no]) => `(v128.bitselect ${yes} ${no} ${mask})`,
  evaluate: ([mask, yes, no]) => mask ? yes : no,
});

/** Halves go to even, as IEEE 754 rounds; a zero keeps the sign of the value. */
function nearest(value: number): number {
  const below = Math.floor(value);
  const rest = value - below;
  const whole = rest < 0.5 || (rest === 0.5 && below % 2 === 0) ? below : below + 1;
  return whole === 0 && (value < 0 || Object.is(value, -0)) ? -0 : whole;
}

function truncate(value: number): number {
  return Number.isNaN(value) ? 0 : Math.min(2 ** 31 - 1, Math.max(-(2 ** 31), Math.trunc(value)));
}

const signMask = "(v128.const i32x4 0x80000000 0x80000000 0x80000000 0x80000000)";

/** Arithmetic and logic, by name. Sources, state and buffers are in `graph.ts`. */
export const operations = {
  add: float("add", 2, (a, b) => a + b),
  subtract: float("sub", 2, (a, b) => a - b),
  multiply: float("mul", 2, (a, b) => a * b),
  divide: float("div", 2, (a, b) => a / b),
  negate: float("neg", 1, (a) => -a),
  abs: {
    args: ["f32"],
    result: "f32",
    // V8 takes two loads for f32x4.abs; a constant of ours stays in a register
    wat: ([value]) => `(v128.and ${value} (i32x4.splat (i32.const 0x7FFFFFFF)))`,
    evaluate: ([value]) => Math.abs(value),
  },
  sqrt: float("sqrt", 1, Math.sqrt),
  floor: float("floor", 1, Math.floor),
  nearest: float("nearest", 1, nearest),
  /** The first unless the second is less; so a NaN in the second gives the first. */
  minimum: direct("f32x4.pmin", { args: ["f32", "f32"], result: "f32" }, (a, b) => b < a ? b : a),
  maximum: direct("f32x4.pmax", { args: ["f32", "f32"], result: "f32" }, (a, b) => a < b ? b : a),
  copySign: {
    args: ["f32", "f32"],
    result: "f32",
    wat: ([magnitude, sign]) => `(v128.bitselect ${sign} ${magnitude} ${signMask})`,
    evaluate: ([magnitude, sign]) => floatOf(bitsOf(magnitude) & 0x7FFFFFFF | bitsOf(sign) & 0x80000000),
  },
  /** The first, negated where the second is negative. */
  flipSign: {
    args: ["f32", "f32"],
    result: "f32",
    wat: ([value, sign]) => `(v128.xor ${value} (v128.and ${sign} ${signMask}))`,
    evaluate: ([value, sign]) => floatOf(bitsOf(value) ^ bitsOf(sign) & 0x80000000),
  },
  less: compare("f32", "lt", (a, b) => a < b),
  lessOrEqual: compare("f32", "le", (a, b) => a <= b),
  equal: compare("f32", "eq", (a, b) => a === b),
  selectFloat: choice("f32"),
  selectInteger: choice("i32"),
  selectMask: choice("mask"),
  /** The value where the condition holds, else +0. */
  keep: {
    args: ["f32", "mask"],
    result: "f32",
    wat: ([value, mask]) => `(v128.and ${value} ${mask})`,
    evaluate: ([value, mask]) => mask ? value : 0,
  },
  both: bitwise("and", "mask", (a, b) => a & b),
  either: bitwise("or", "mask", (a, b) => a | b),
  not: direct("v128.not", { args: ["mask"], result: "mask" }, (a) => ~a),
  addInteger: integer("add", (a, b) => a + b),
  subtractInteger: integer("sub", (a, b) => a - b),
  multiplyInteger: integer("mul", Math.imul),
  andInteger: bitwise("and", "i32", (a, b) => a & b),
  orInteger: bitwise("or", "i32", (a, b) => a | b),
  xorInteger: bitwise("xor", "i32", (a, b) => a ^ b),
  shiftLeft: shift("shl", (value, by) => value << by),
  shiftRight: shift("shr_s", (value, by) => value >> by),
  shiftRightUnsigned: shift("shr_u", (value, by) => value >>> by),
  lessInteger: compare("i32", "lt_s", (a, b) => a < b),
  equalInteger: compare("i32", "eq", (a, b) => a === b),
  /** Towards zero, at the ends of the range where it does not fit, 0 for NaN. */
  toInteger: direct("i32x4.trunc_sat_f32x4_s", { args: ["f32"], result: "i32" }, truncate),
  toFloat: direct("f32x4.convert_i32x4_s", { args: ["i32"], result: "f32" }, (a) => a),
  bitsOf: { args: ["f32"], result: "i32", wat: ([a]) => a, evaluate: ([a]) => bitsOf(a) },
  floatOf: { args: ["i32"], result: "f32", wat: ([a]) => a, evaluate: ([a]) => floatOf(a) },
} as const satisfies Record<string, Operation>;

export type OperationName = keyof typeof operations;
