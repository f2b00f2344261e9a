import { interruptible } from "../../cli/interruptible.ts";
import { InterruptedError } from "../../cli/interrupted_error.ts";

/** Runs a proof from the command line: a first signal aborts it, and ends this process once it has ended what it started. */
export async function untilInterrupted<T>(work: (interrupted: AbortSignal) => Promise<T>): Promise<T> {
  try {
    return await interruptible(work);
  } catch (error) {
    if (!(error instanceof InterruptedError)) throw error;
    console.error(error.message);
    Deno.exit(error.exitCode);
  }
}
