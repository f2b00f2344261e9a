import { exitCodes } from "../foundation/exit_codes.ts";
import { InterruptedError } from "./interrupted_error.ts";

/** A terminal that closes sends SIGHUP; from systemd it asks for a reload, which the work itself answers. */
const signals: readonly Deno.Signal[] = Deno.env.has("NOTIFY_SOCKET")
  ? ["SIGINT", "SIGTERM"]
  : ["SIGINT", "SIGTERM", "SIGHUP"];

/**
 * Runs some work that a first SIGINT, SIGTERM or, in a terminal, SIGHUP aborts, with an {@link InterruptedError} as the reason. A second signal ends
 * the process at once, whatever the work does with the first. Main isolate; one at a time.
 */
export async function interruptible<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const interruption = new AbortController();
  const handlers = signals.map((signal) => () => {
    if (interruption.signal.aborted) Deno.exit(exitCodes.interrupted);
    interruption.abort(new InterruptedError(signal));
  });
  signals.forEach((signal, index) => Deno.addSignalListener(signal, handlers[index]));
  try {
    return await work(interruption.signal);
  } finally {
    signals.forEach((signal, index) => Deno.removeSignalListener(signal, handlers[index]));
  }
}
