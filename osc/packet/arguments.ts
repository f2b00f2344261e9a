/**
 * The values of arguments. Clients cannot all choose the type of a number: a patcher sends floats only, a text field digits,
 * a library of JavaScript writes 1.0 as an integer. So one rule holds for every method, live and in scores: an argument is
 * the number that it says, and a whole number is an integer, whatever its type.
 */
import type { OscArgument } from "./packet.ts";

/** A message that is not carried out; the text goes to its sender with `/fail`. */
export class MessageRefusedError extends Error {
  override readonly name = "MessageRefusedError";

  /** Keeps no stack: it says nothing about a message from outside, and costs more than the rest of the answer. */
  constructor(reason: string) {
    const limit = Error.stackTraceLimit;
    Error.stackTraceLimit = 0;
    super(reason);
    Error.stackTraceLimit = limit;
  }
}

/** A decimal number as text. */
const decimal = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;

/** Digits alone: an integer as text. */
const digits = /^[+-]?\d+$/;

/** Longest text that is read as a number, in characters. */
const maxNumberLength = 256;

/** Whether text is a number in decimals. */
export function isDecimal(text: string): boolean {
  return text.length <= maxNumberLength && decimal.test(text);
}

/** The number that an argument says: of any numeric type, true and false as 1 and 0, or text in decimals; else undefined. */
export function numberOf(argument: OscArgument): number | undefined {
  switch (argument.type) {
    case "f":
    case "i":
    case "d":
      return argument.value;
    case "h":
      return Number(argument.value);
    case "T":
      return 1;
    case "F":
      return 0;
    case "s":
    case "S":
      return isDecimal(argument.value) ? Number(argument.value) : undefined;
    default:
      return undefined;
  }
}

/** Whether a number was sent as an integer: by its type, or as text of digits alone. */
export function isSentAsInteger(argument: OscArgument): boolean {
  const { type } = argument;
  return type === "i" || type === "h" || ((type === "s" || type === "S") && digits.test(argument.value));
}

/** The type tags of arguments, for error texts. */
export function tagsOf(args: readonly OscArgument[]): string {
  return `,${args.map(({ type }) => type).join("")}`;
}

/**
 * One finite number for each letter of `form`: `f` any, `i` a whole one of 32 bits.
 *
 * @param preferred types to name in an error, where a fraction has a meaning but is the exception
 * @throws {MessageRefusedError} with what was expected and found
 */
export function numbers(args: readonly OscArgument[], form: string, preferred = form): number[] {
  if (form === "f" && args.length === 1 && args[0].type === "f") { // nearly every message
    const { value } = args[0];
    if (Number.isFinite(value)) return [value];
  }
  const wrong = () => new MessageRefusedError(`expected ,${preferred}, found ${tagsOf(args)}`);
  if (args.length !== form.length) throw wrong();
  return args.map((argument, index) => {
    const value = numberOf(argument);
    if (value === undefined) throw wrong();
    if (!Number.isFinite(value)) throw new MessageRefusedError(`expected a finite number, found ${value}`);
    if (form[index] === "i" && value !== (value | 0)) {
      throw new MessageRefusedError(`expected a whole number of 32 bits, found ${value}`);
    }
    return value;
  });
}

/** Exactly `count` strings. Throws {@link MessageRefusedError}. */
export function texts(args: readonly OscArgument[], count: number): string[] {
  if (args.length !== count || args.some(({ type }) => type !== "s" && type !== "S")) {
    throw new MessageRefusedError(`expected ,${"s".repeat(count)}, found ${tagsOf(args)}`);
  }
  return args.map((arg) => (arg as { value: string }).value);
}

/**
 * Whether a method without arguments is triggered: a button sends 1, true, an impulse or nil when it is pressed, and 0 or
 * false when it is let go; a patcher sends the word `bang`. Throws {@link MessageRefusedError} for anything else.
 */
export function trigger(args: readonly OscArgument[]): boolean {
  if (args.length === 0) return true;
  const [argument] = args;
  if (args.length > 1) throw new MessageRefusedError(`expected no arguments, found ${args.length}`);
  if (argument.type === "I" || argument.type === "N") return true;
  if (argument.type === "s" && argument.value === "bang") return true;
  const value = numberOf(argument);
  if (value === 0 || value === 1) return value === 1;
  throw new MessageRefusedError(
    `expected no argument, or 1 of a button, which triggers, or 0, which does nothing; found ${
      value ?? tagsOf(args)
    }`,
  );
}

/** 0 or 1, as a truth value. Throws {@link MessageRefusedError}. */
export function flag(args: readonly OscArgument[]): boolean {
  const [value] = numbers(args, "i");
  if (value !== 0 && value !== 1) throw new MessageRefusedError(`expected 0 or 1, found ${value}`);
  return value === 1;
}

/** One of a list of words. Throws {@link MessageRefusedError}. */
export function oneOf(allowed: readonly string[], name: string, found: string): string {
  if (!allowed.includes(found)) {
    throw new MessageRefusedError(`${name}: expected ${allowed.join(", ")}, found "${found}"`);
  }
  return found;
}
