import { until as poll } from "../foundation/until.ts";

/** Waits until a condition holds. Throws an error that names the condition when it does not hold within `timeoutMs`. */
export async function until(condition: string, holds: () => boolean, timeoutMs = 30_000): Promise<void> {
  if (!await poll(holds, { timeoutMs })) {
    throw new Error(`gave up after ${timeoutMs} ms waiting for: ${condition}`);
  }
}
