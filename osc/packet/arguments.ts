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

/** Exactly `count` finite numbers of these types. Throws {@link MessageRefusedError}. */
export function numbers(args: readonly OscArgument[], types: readonly string[], count: number): number[] {
  if (count === 1 && args.length === 1 && types.includes(args[0].type)) { // nearly every message
    const { value } = args[0] as { value: number };
    if (Number.isFinite(value)) return [value];
  }
  if (args.length !== count || args.some((arg) => !types.includes(arg.type))) {
    throw new MessageRefusedError(
      `expected ,${types[0].repeat(count)}, found ,${args.map((arg) => arg.type).join("")}`,
    );
  }
  const values = args.map((arg) => (arg as { value: number }).value);
  const wrong = values.find((value) => !Number.isFinite(value));
  if (wrong !== undefined) throw new MessageRefusedError(`expected a finite number, found ${wrong}`);
  return values;
}

/** Exactly `count` strings. Throws {@link MessageRefusedError}. */
export function texts(args: readonly OscArgument[], count: number): string[] {
  if (args.length !== count || args.some((arg) => arg.type !== "s")) {
    throw new MessageRefusedError(
      `expected ,${"s".repeat(count)}, found ,${args.map((arg) => arg.type).join("")}`,
    );
  }
  return args.map((arg) => (arg as { value: string }).value);
}

/** Refuses any argument. Throws {@link MessageRefusedError}. */
export function none(args: readonly OscArgument[]): void {
  if (args.length > 0) throw new MessageRefusedError(`expected no arguments, found ${args.length}`);
}

/** The integer 0 or 1, as a truth value. Throws {@link MessageRefusedError}. */
export function flag(args: readonly OscArgument[]): boolean {
  const [value] = numbers(args, ["i"], 1);
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
