/** Limit of a wait in milliseconds: many times what a slow and busy machine needs, and reached only by what never comes. */
const patienceMs = 60_000;

/** Longest time between two looks at a condition, in milliseconds. */
const maxPollMs = 50;

/**
 * Waits until a condition holds. Throws an error that names the condition when it does not hold within `timeoutMs`. A
 * condition that costs much, as one that looks at all processes, is asked less often: the machine has other work to do.
 */
export async function until(condition: string, holds: () => boolean, timeoutMs = patienceMs): Promise<void> {
  const deadlineMs = performance.now() + timeoutMs;
  for (;;) {
    const askedMs = performance.now();
    if (holds()) return;
    const nowMs = performance.now();
    if (nowMs > deadlineMs) throw new Error(`gave up after ${timeoutMs} ms waiting for: ${condition}`);
    const pauseMs = Math.min(maxPollMs, Math.max(1, 9 * (nowMs - askedMs)));
    await new Promise((done) => setTimeout(done, pauseMs));
  }
}
