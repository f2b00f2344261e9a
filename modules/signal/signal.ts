/**
 * Signals, the values of modules and patches. A signal is a description, not samples: its methods build a graph, and nothing
 * here runs at audio rate. Three kinds keep numbers, whole numbers and conditions apart, and a `Signal` carries
 * its unit in its type, so that a frequency where seconds belong is an error in the editor.
 */
import { type OperationName, operations } from "../../compiler/graph/operations.ts";
import { PatchError } from "../../compiler/graph/patch_error.ts";
import { constantNode, makeNode, type Source } from "./source.ts";

export type Unit = "1" | "Hz" | "s" | "dB" | "semitones";

function apply(op: OperationName, args: readonly Source[], attribute = 0): Source {
  return makeNode({ op, type: operations[op].result, args, attribute });
}

/** The node of a signal, or of a number as one. Throws TypeError for anything else. */
export function floatSource(value: Signal<Unit> | number): Source {
  if (value instanceof Signal) return value.source;
  if (typeof value !== "number" || Number.isNaN(value)) {
    throw new TypeError(`expected a signal or a number, found ${kindOf(value)}`);
  }
  return constantNode("f32", Math.fround(value));
}

/** The node of an integer signal, or of a whole number as one. Throws TypeError for anything else. */
export function integerSource(value: Integer | number): Source {
  if (value instanceof Integer) return value.source;
  if (!Number.isInteger(value)) {
    throw new TypeError(`expected an integer signal or a whole number, found ${kindOf(value)}`);
  }
  return constantNode("i32", value | 0);
}

/** The kind of an argument, for error texts: `a signal`, `"440"`, `nothing`. */
export function kindOf(given: unknown): string {
  if (given === undefined || given === null) return "nothing";
  if (given instanceof Signal) return "a signal";
  if (given instanceof Condition) return "a condition";
  if (Array.isArray(given)) return `${given.length} signals`;
  if (given instanceof Integer) return "an integer signal";
  return typeof given === "object" ? "an object" : typeof given === "string" ? `"${given}"` : String(given);
}

/**
 * What JavaScript's own operators ask for. They would run once, when the patch is built, and give one number for ever: a note's
 * `velocity > 0.5` is neither true nor false then.
 */
function refuseOperator(kind: string, methods: string): never {
  throw new PatchError(`expected a method of ${kind}, found an operator of JavaScript; use ${methods}`);
}

/** A 32-bit float in every lane: sound, or a control of sound. */
export class Signal<U extends Unit = "1"> {
  /** Only for the type: signals of different units do not mix. */
  declare readonly unit: U;
  readonly source: Source;

  /** For the compiler's own sources; patches get signals from modules, notes and parameters. */
  constructor(source: Source) {
    if (source.type !== "f32") throw new TypeError(`expected floats, found ${source.type}`);
    this.source = source;
  }

  [Symbol.toPrimitive](): never {
    return refuseOperator("a signal", "plus, minus, times, over, isAbove, isBelow, or `where` and `select`");
  }

  /** Whether it is always this number in every lane: for modules that can leave out an unconnected input. */
  isAlways(value: number): boolean {
    return this.source.op === "constant" && this.source.attribute === Math.fround(value);
  }
  plus(other: Signal<U> | number): Signal<U> {
    return new Signal(apply("add", [this.source, floatSource(other)]));
  }
  minus(other: Signal<U> | number): Signal<U> {
    return new Signal(apply("subtract", [this.source, floatSource(other)]));
  }
  /** Scales; the unit stays. */
  times(factor: Signal<"1"> | number): Signal<U> {
    return new Signal(apply("multiply", [this.source, floatSource(factor)]));
  }
  /** Scales; the unit stays. */
  over(divisor: Signal<"1"> | number): Signal<U> {
    return new Signal(apply("divide", [this.source, floatSource(divisor)]));
  }
  /** The same unit above and below gives a ratio. */
  ratio(other: Signal<U> | number): Signal<"1"> {
    return new Signal(apply("divide", [this.source, floatSource(other)]));
  }
  negated(): Signal<U> {
    return new Signal(apply("negate", [this.source]));
  }
  abs(): Signal<U> {
    return new Signal(apply("abs", [this.source]));
  }
  squared(): Signal<U> {
    return new Signal(apply("multiply", [this.source, this.source]));
  }
  /** The root of a number without a unit; NaN below 0. */
  sqrt(this: Signal<"1">): Signal<"1"> {
    return new Signal(apply("sqrt", [this.source]));
  }
  floor(): Signal<U> {
    return new Signal(apply("floor", [this.source]));
  }
  /** To the nearest whole number, halves to even. */
  rounded(): Signal<U> {
    return new Signal(apply("nearest", [this.source]));
  }
  /** The smaller one. */
  atMost(limit: Signal<U> | number): Signal<U> {
    return new Signal(apply("minimum", [floatSource(limit), this.source]));
  }
  /** The larger one; a NaN becomes the limit. */
  atLeast(limit: Signal<U> | number): Signal<U> {
    return new Signal(apply("maximum", [floatSource(limit), this.source]));
  }
  /** Between two limits; a NaN becomes the lower. */
  within(min: Signal<U> | number, max: Signal<U> | number): Signal<U> {
    return this.atLeast(min).atMost(max);
  }
  /** This magnitude with the sign of another. */
  withSignOf(other: Signal<Unit>): Signal<U> {
    return new Signal(apply("copySign", [this.source, other.source]));
  }
  /** Negated where another is negative. */
  flippedBy(other: Signal<Unit>): Signal<U> {
    return new Signal(apply("flipSign", [this.source, other.source]));
  }
  isBelow(other: Signal<U> | number): Condition {
    return new Condition(apply("less", [this.source, floatSource(other)]));
  }
  isAbove(other: Signal<U> | number): Condition {
    return new Condition(apply("less", [floatSource(other), this.source]));
  }
  isAtMost(other: Signal<U> | number): Condition {
    return new Condition(apply("lessOrEqual", [this.source, floatSource(other)]));
  }
  isAtLeast(other: Signal<U> | number): Condition {
    return new Condition(apply("lessOrEqual", [floatSource(other), this.source]));
  }
  equals(other: Signal<U> | number): Condition {
    return new Condition(apply("equal", [this.source, floatSource(other)]));
  }
  /** Itself where the condition holds, else zero. */
  where(condition: Condition): Signal<U> {
    return new Signal(apply("keep", [this.source, condition.source]));
  }
  /** Towards zero; at the end of the range where it does not fit. */
  toInteger(): Integer {
    return new Integer(apply("toInteger", [this.source]));
  }
  /** The bits of the number, for work on its exponent. */
  bits(): Integer {
    return new Integer(apply("bitsOf", [this.source]));
  }
  /** The same numbers under another unit: for formulas that the unit check does not follow. */
  as<V extends Unit>(_unit: V): Signal<V> {
    return new Signal<V>(this.source);
  }
}

/** A 32-bit integer in every lane: counters, phases that wrap, bits. */
export class Integer {
  readonly source: Source;

  constructor(source: Source) {
    if (source.type !== "i32") throw new TypeError(`expected integers, found ${source.type}`);
    this.source = source;
  }

  [Symbol.toPrimitive](): never {
    return refuseOperator("an integer signal", "plus, minus, times, isBelow or equals");
  }

  #with(op: OperationName, other: Integer | number): Source {
    return apply(op, [this.source, integerSource(other)]);
  }

  plus(other: Integer | number): Integer {
    return new Integer(this.#with("addInteger", other));
  }
  minus(other: Integer | number): Integer {
    return new Integer(this.#with("subtractInteger", other));
  }
  times(other: Integer | number): Integer {
    return new Integer(this.#with("multiplyInteger", other));
  }
  and(other: Integer | number): Integer {
    return new Integer(this.#with("andInteger", other));
  }
  or(other: Integer | number): Integer {
    return new Integer(this.#with("orInteger", other));
  }
  xor(other: Integer | number): Integer {
    return new Integer(this.#with("xorInteger", other));
  }
  /** By a fixed number of bits, 0 to 31. */
  shiftLeft(bits: number): Integer {
    return new Integer(apply("shiftLeft", [this.source], bits));
  }
  /** Keeps the sign. */
  shiftRight(bits: number): Integer {
    return new Integer(apply("shiftRight", [this.source], bits));
  }
  shiftRightUnsigned(bits: number): Integer {
    return new Integer(apply("shiftRightUnsigned", [this.source], bits));
  }
  isBelow(other: Integer | number): Condition {
    return new Condition(this.#with("lessInteger", other));
  }
  equals(other: Integer | number): Condition {
    return new Condition(this.#with("equalInteger", other));
  }
  toFloat(): Signal<"1"> {
    return new Signal(apply("toFloat", [this.source]));
  }
  /** The float that has these bits. */
  asFloatBits(): Signal<"1"> {
    return new Signal(apply("floatOf", [this.source]));
  }
}

/** True or false in every lane. There are no branches: both sides of a choice are computed. */
export class Condition {
  readonly source: Source;

  constructor(source: Source) {
    if (source.type !== "mask") throw new TypeError(`expected a condition, found ${source.type}`);
    this.source = source;
  }

  [Symbol.toPrimitive](): never {
    return refuseOperator("a condition", "and, or, not, or `select` in place of if");
  }

  and(other: Condition): Condition {
    return new Condition(apply("both", [this.source, other.source]));
  }
  or(other: Condition): Condition {
    return new Condition(apply("either", [this.source, other.source]));
  }
  not(): Condition {
    return new Condition(apply("not", [this.source]));
  }
  /** One of two signals, lane by lane. */
  select<U extends Unit>(yes: Signal<U> | number, no: Signal<U> | number): Signal<U> {
    return new Signal(apply("selectFloat", [this.source, floatSource(yes), floatSource(no)]));
  }
  selectInteger(yes: Integer | number, no: Integer | number): Integer {
    return new Integer(apply("selectInteger", [this.source, integerSource(yes), integerSource(no)]));
  }
}

/** A number as a signal. */
export function constant<U extends Unit = "1">(value: number | Signal<U>): Signal<U> {
  return new Signal(floatSource(value));
}

/** A constant condition. */
export function always(value: boolean): Condition {
  return new Condition(constantNode("mask", value ? -1 : 0));
}
