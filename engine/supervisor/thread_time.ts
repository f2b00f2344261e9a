/**
 * The kernel's account of one thread: the processor time it has had, and whether it is ready to run. The supervisor tells
 * by it a thread that hangs from one that waits for a processor. Linux only. Main isolate.
 */

export interface ThreadTime {
  /** Time on a processor since the thread began. */
  readonly processorMs: number;
  /** Runs, or waits for a processor; false: it sleeps, or was stopped. */
  readonly runnable: boolean;
}

/**
 * Reads the account of a thread of this machine, also of another process. Some 30 µs: only for threads in doubt.
 *
 * @param threadId the kernel's; 0: not known yet
 * @returns undefined where the thread is gone or the system keeps no account
 */
export function readThreadTime(threadId: number): ThreadTime | undefined {
  if (threadId === 0 || Deno.build.os !== "linux") return undefined;
  try {
    const schedule = Deno.readTextFileSync(`/proc/${threadId}/schedstat`);
    const stat = Deno.readTextFileSync(`/proc/${threadId}/stat`);
    // the name, in parentheses, may hold anything
    const state = stat.charAt(stat.lastIndexOf(")") + 2);
    return { processorMs: Number(schedule.slice(0, schedule.indexOf(" "))) / 1e6, runnable: state === "R" };
  } catch {
    return undefined;
  }
}
