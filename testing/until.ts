import { until as poll } from "../foundation/until.ts";

/** Limit of a wait in milliseconds: many times what a slow and busy machine needs, and reached only by what never comes. */
const patienceMs = 60_000;

/** Waits until a condition holds. Throws an error that names the condition when it does not hold within `timeoutMs`. */
export async function until(condition: string, holds: () => boolean, timeoutMs = patienceMs): Promise<void> {
  if (!await poll(holds, { timeoutMs })) {
    throw new Error(`gave up after ${timeoutMs} ms waiting for: ${condition}`);
  }
}
