/**
 * Signals: what modules and patches compute with. A signal is a description, not samples: its methods build a graph, and
 * nothing here runs at audio rate. Three kinds keep numbers, whole numbers and conditions apart, and a `Signal` carries
 * its unit in its type, so that a frequency where seconds belong is an error in the editor.
 */
import type { LaneType, OperationName } from "../../compiler/graph/operations.ts";
import { operations } from "../../compiler/graph/operations.ts";
import type { ModuleUse, SourceName } from "../../compiler/graph/graph.ts";
import { maxLineFrames } from "../../compiler/graph/limits.ts";
import { currentUse, isInPatch } from "./build_context.ts";
import { simplify } from "../../compiler/graph/simplify.ts";

export type Unit = "1" | "Hz" | "s" | "dB" | "semitones";

/** A node before it is numbered. */
export interface Source {
  readonly op: OperationName | SourceName;
  readonly type: LaneType;
  readonly args: readonly Source[];
  readonly attribute: number;
  readonly use: ModuleUse;
  /** Holds the call stack where the patch itself made it, for error texts; written out only when there is one. */
  readonly made?: Error;
  readonly cell?: StateCell | LineCell | TableCell;
  /** Where the value is known to stay. */
  readonly range?: { readonly min: number; readonly max: number };
}

/** The memory behind a {@link feedback}. */
export interface StateCell {
  readonly kind: "state";
  readonly type: LaneType;
  readonly initial: number;
  readonly seeded: boolean;
  next?: Source;
}

/** The memory behind a {@link DelayLine}. */
export interface LineCell {
  readonly kind: "line";
  readonly frames: number;
  write?: Source;
}

export interface TableCell {
  readonly kind: "table";
  readonly values: readonly number[];
}

/** Makes a node; constants are folded here, with the rounding of the lanes. */
export function makeNode(
  op: Source["op"],
  type: LaneType,
  args: readonly Source[],
  attribute = 0,
  cell?: Source["cell"],
): Source {
  if (op in operations) {
    const known = args.map((arg) => arg.op === "constant" ? arg.attribute : undefined);
    if (known.every((value) => value !== undefined)) {
      return constantNode(type, operations[op as OperationName].evaluate(known, attribute));
    }
    const simple = simplify(op as OperationName, known);
    if (simple) return "constant" in simple ? constantNode(type, simple.constant) : args[simple.argument];
  }
  return { op, type, args, attribute, use: currentUse(), made: isInPatch() ? new Error() : undefined, cell };
}

function constantNode(type: LaneType, value: number): Source {
  return { op: "constant", type, args: [], attribute: value, use: currentUse() };
}

function apply(op: OperationName, args: readonly Source[], attribute = 0): Source {
  return makeNode(op, operations[op].result, args, attribute);
}

function floatSource(value: Signal<Unit> | number): Source {
  if (value instanceof Signal) return value.source;
  if (typeof value !== "number" || Number.isNaN(value)) {
    throw new TypeError(`expected a signal or a number, found ${describe(value)}`);
  }
  return constantNode("f32", Math.fround(value));
}

function integerSource(value: Integer | number): Source {
  if (value instanceof Integer) return value.source;
  if (!Number.isInteger(value)) {
    throw new TypeError(`expected an integer signal or a whole number, found ${describe(value)}`);
  }
  return constantNode("i32", value | 0);
}

function describe(value: unknown): string {
  if (value instanceof Signal) return "a signal";
  if (value instanceof Integer) return "an integer signal";
  if (value instanceof Condition) return "a condition";
  return Array.isArray(value) ? "several signals" : typeof value === "object" ? "an object" : String(value);
}

/** A 32-bit float in every lane: sound, or something that moves it. */
export class Signal<U extends Unit = "1"> {
  /** Only for the type: signals of different units do not mix. */
  declare readonly unit: U;
  readonly source: Source;

  /** For the compiler's own sources; patches get signals from modules, notes and parameters. */
  constructor(source: Source) {
    if (source.type !== "f32") throw new TypeError(`expected floats, found ${source.type}`);
    this.source = source;
  }

  /** Whether it is this number in every lane and for ever: for modules that can leave out what is not connected. */
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

/** A condition that is the same for ever. */
export function always(value: boolean): Condition {
  return new Condition(constantNode("mask", value ? -1 : 0));
}

type Fed = Signal<Unit> | Integer | Condition;

/**
 * A signal that depends on its own past: `next` gets the value of the frame before and returns that of this frame, which
 * is also the result.
 *
 * @param initial value before the first frame of a voice, or of the patch
 */
export function feedback<U extends Unit = "1">(
  initial: number,
  next: (previous: Signal<U>) => Signal<U>,
): Signal<U> {
  return fed("f32", Math.fround(initial), false, (source) => new Signal<U>(source), next);
}

/** {@link feedback} of integers. */
export function integerFeedback(initial: number, next: (previous: Integer) => Integer): Integer {
  return fed("i32", initial | 0, false, (source) => new Integer(source), next);
}

/** {@link feedback} of conditions. */
export function conditionFeedback(initial: boolean, next: (previous: Condition) => Condition): Condition {
  return fed("mask", initial ? -1 : 0, false, (source) => new Condition(source), next);
}

/** {@link feedback} of integers that begins at a number of its own for every note, lane and seed of the engine. */
export function seededFeedback(next: (previous: Integer) => Integer): Integer {
  return fed("i32", 0, true, (source) => new Integer(source), next);
}

function fed<T extends Fed>(
  type: LaneType,
  initial: number,
  seeded: boolean,
  wrap: (source: Source) => T,
  next: (previous: T) => T,
): T {
  const cell: StateCell = { kind: "state", type, initial, seeded };
  const result = next(wrap(makeNode("state", type, [], 0, cell)));
  cell.next = fedSource(result, type, "feedback");
  return result;
}

function fedSource(result: unknown, type: LaneType, name: string): Source {
  const { source } = (result ?? {}) as { source?: Source };
  if (source?.type === type) return source;
  const wanted = { f32: "a signal", i32: "an integer signal", mask: "a condition" }[type];
  throw new TypeError(`${name}: expected its function to return ${wanted}, found ${describe(result)}`);
}

/** Several values that feed back into each other: all previous ones go in, all next ones come out. */
export function feedbackOf<K extends string, U extends Unit = "1">(
  initial: Readonly<Record<K, number>>,
  next: (previous: Readonly<Record<K, Signal<U>>>) => Readonly<Record<K, Signal<U>>>,
): Readonly<Record<K, Signal<U>>> {
  const cells = Object.entries<number>(initial).map(([name, value]) => ({
    name: name as K,
    cell: { kind: "state", type: "f32", initial: Math.fround(value), seeded: false } as StateCell,
  }));
  const previous = Object.fromEntries(
    cells.map(({ name, cell }) => [name, new Signal<U>(makeNode("state", "f32", [], 0, cell))]),
  ) as Record<K, Signal<U>>;
  const result = next(previous);
  for (const { name, cell } of cells) cell.next = fedSource(result?.[name], "f32", `feedback of ${name}`);
  return result;
}

/** A ring of past frames. Everything is read before the frame's own value is written. */
export class DelayLine {
  readonly #cell: LineCell;

  /** @param frames longest delay that will be read, 1 or more */
  constructor(frames: number) {
    if (!Number.isInteger(frames) || frames < 1 || frames > maxLineFrames) {
      throw new RangeError(`delay line: expected 1 to ${maxLineFrames} frames, found ${frames}`);
    }
    this.#cell = { kind: "line", frames };
  }

  get frames(): number {
    return this.#cell.frames;
  }

  /** The value that was written this many frames ago; kept between 1 and the length of the line. */
  read(framesAgo: Integer | number): Signal<"1"> {
    const last = this.#cell.frames;
    const asked = integerSource(framesAgo);
    const low = asked.op === "constant"
      ? constantNode("i32", Math.min(last, Math.max(1, asked.attribute)))
      : new Integer(asked).isBelow(1).selectInteger(
        1,
        new Integer(asked).isBelow(last).selectInteger(new Integer(asked), last),
      ).source;
    return new Signal(makeNode("read", "f32", [low], 0, this.#cell));
  }

  /** What the line takes in at the end of each frame; once for each line. */
  write(value: Signal<Unit> | number): void {
    if (this.#cell.write) throw new TypeError("delay line: expected one write, found a second");
    this.#cell.write = floatSource(value);
  }
}

/** A list of numbers to look up. The index wraps at the table's length, which is a power of two. */
export function table(values: readonly number[]): (index: Integer) => Signal<"1"> {
  const length = values.length;
  if (length < 1 || (length & (length - 1)) !== 0) {
    throw new RangeError(`table: expected a power of two of values, found ${length}`);
  }
  const cell: TableCell = { kind: "table", values: values.map(Math.fround) };
  return (index) => new Signal(makeNode("table", "f32", [index.and(length - 1).source], 0, cell));
}

/** What one channel holds, in all channels. Main mix only. */
export function channel<U extends Unit>(signal: Signal<U>, index: number): Signal<U> {
  return new Signal(makeNode("lane", "f32", [signal.source], index));
}

/** Puts the first channel of each signal side by side. Main mix only. */
export function channels(...signals: readonly (Signal<"1"> | number)[]): Signal<"1"> {
  if (signals.length < 1 || signals.length > 4) {
    throw new RangeError(`channels: expected 1 to 4 signals, found ${signals.length}`);
  }
  const sources = signals.map((signal, index) =>
    // lane `index` is taken of each, so the first channel has to be there
    index === 0 ? floatSource(signal) : makeNode("lane", "f32", [floatSource(signal)], 0)
  );
  while (sources.length < 4) sources.push(constantNode("f32", 0));
  return new Signal(makeNode("lanes", "f32", sources));
}
