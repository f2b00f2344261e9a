export interface UntilOptions {
  readonly timeoutMs: number;
  /** Time between two calls of the condition; 1 by default. */
  readonly pollMs?: number;
}

/**
 * Polls a condition until it holds. Returns whether it held in time; a condition that holds at the first call never waits.
 * What an expired deadline means is the caller's to say.
 */
export async function until(
  holds: () => boolean,
  { timeoutMs, pollMs = 1 }: UntilOptions,
): Promise<boolean> {
  const deadlineMs = performance.now() + timeoutMs;
  while (!holds()) {
    if (performance.now() > deadlineMs) return false;
    await new Promise((done) => setTimeout(done, pollMs));
  }
  return true;
}
