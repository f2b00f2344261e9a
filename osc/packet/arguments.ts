import type { OscArgument } from "./codec.ts";

/** A message that does not do what its address promises: the text goes to the sender with `/fail`. */
export class MessageRefusedError extends Error {
  override readonly name = "MessageRefusedError";

  /** Keeps no stack: what a stranger sent wrongly is not explained by it, and it costs more than all else of an answer. */
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

/** One of a list of words. Throws {@link MessageRefusedError}. */
export function oneOf(allowed: readonly string[], name: string, found: string): string {
  if (!allowed.includes(found)) {
    throw new MessageRefusedError(`${name}: expected ${allowed.join(", ")}, found "${found}"`);
  }
  return found;
}
