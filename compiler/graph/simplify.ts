import type { OperationName } from "./operations.ts";

/** The result of an operation with some known arguments: one of the arguments, or a constant. */
export type Simplified = { readonly argument: number } | { readonly constant: number };

/**
 * Rules that change no bit: choices whose condition is known, logic with a known side, factors of 1.
 *
 * @param known values of the arguments that are constants
 */
export function simplify(op: OperationName, known: readonly (number | undefined)[]): Simplified | undefined {
  const [first, second] = known;
  switch (op) {
    case "both":
      if (first === 0 || second === 0) return { constant: 0 };
      return first === -1 ? { argument: 1 } : second === -1 ? { argument: 0 } : undefined;
    case "either":
      if (first === -1 || second === -1) return { constant: -1 };
      return first === 0 ? { argument: 1 } : second === 0 ? { argument: 0 } : undefined;
    case "selectFloat":
    case "selectInteger":
    case "selectMask":
      return first === undefined ? undefined : { argument: first ? 1 : 2 };
    case "keep":
      return second === undefined ? undefined : second ? { argument: 0 } : { constant: 0 };
    case "multiply":
      return first === 1 ? { argument: 1 } : second === 1 ? { argument: 0 } : undefined;
    case "divide":
      return second === 1 ? { argument: 0 } : undefined;
    default:
      return undefined;
  }
}
