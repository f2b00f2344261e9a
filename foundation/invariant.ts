/** Two parts of the program disagree: a defect of the program, not of its input. The message names what was expected. */
export class InvariantError extends Error {
  override readonly name = "InvariantError";
}

/** Throws {@link InvariantError} unless the condition holds. For borders between isolates and declarations, not for loops over samples. */
export function invariant(condition: unknown, message: string): asserts condition {
  if (!condition) throw new InvariantError(message);
}
