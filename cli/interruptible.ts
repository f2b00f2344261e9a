import { exitCodes } from "../foundation/exit_codes.ts";
import { InterruptedError } from "./interrupted_error.ts";

/** SIGHUP: the terminal was closed, or the connection to it was lost. */
const endingSignals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * A signal of the same kind within this after the first is the same one: Ctrl-C reaches the whole group of a terminal, and a program
 * that started this one, as a task runner does, passes it on once more.
 */
const repeatMs = 100;

/**
 * Runs some work that a first SIGINT, SIGTERM or SIGHUP aborts, with an {@link InterruptedError} as the reason. A second signal ends
 * the process at once, whatever the work does with the first. Main isolate; one at a time.
 */
export async function interruptible<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const interruption = new AbortController();
  // from systemd it asks for a reload, which the work itself answers
  const outlivesTerminal = ignoresHangUp() || Deno.env.has("NOTIFY_SOCKET");
  let first: { readonly signal: string; readonly ms: number } | undefined;
  const handlers = endingSignals.map((signal) => () => {
    if (signal === "SIGHUP" && outlivesTerminal) return;
    if (first?.signal === signal && performance.now() - first.ms < repeatMs) return;
    if (first !== undefined) Deno.exit(exitCodes.interrupted);
    first = { signal, ms: performance.now() };
    interruption.abort(new InterruptedError(signal));
  });
  endingSignals.forEach((signal, index) => Deno.addSignalListener(signal, handlers[index]));
  try {
    return await work(interruption.signal);
  } finally {
    endingSignals.forEach((signal, index) => Deno.removeSignalListener(signal, handlers[index]));
  }
}

/**
 * Whether this process was told to outlive its terminal, as by `nohup`. The runtime ends all the same, unless there is a handler
 * (measured with 2.9.6). Asked of a child, which inherits it, because the runtime lets no program read `/proc` that may not do
 * everything.
 */
function ignoresHangUp(): boolean {
  if (Deno.build.os !== "linux") return false;
  try {
    const { stdout } = new Deno.Command("cat", { args: ["/proc/self/status"], stderr: "null" }).outputSync();
    const ignored = /^SigIgn:\s*([0-9a-f]+)$/m.exec(new TextDecoder().decode(stdout))?.[1] ?? "0";
    return (BigInt(`0x${ignored}`) & 1n) === 1n;
  } catch {
    return false; // no right to start it, or there is none
  }
}
