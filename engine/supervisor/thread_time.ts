/**
 * The kernel's account of one thread: the processor time it has had, and whether it is ready to run. The supervisor tells
 * by it a thread that hangs from one that waits for a processor. Linux only. Main isolate.
 */
import type { NativeLibrary } from "../../ffi/native_symbols.ts";

export interface ThreadTime {
  /** Time on a processor since the thread began. */
  readonly processorMs: number;
  /** Runs, or waits for a processor; false: it sleeps, or was stopped. */
  readonly runnable: boolean;
}

/**
 * Reads the account of a thread of this machine, also of another process. Some 30 µs: only for threads in doubt. In native code,
 * because the runtime lets no program read `/proc` that may not do everything.
 *
 * @param threadId the kernel's; 0: not known yet
 * @returns undefined where the thread is gone or the system keeps no account
 */
export function readThreadTime({ symbols }: NativeLibrary, threadId: number): ThreadTime | undefined {
  if (threadId <= 0 || symbols.us_thread_time(threadId, account) !== 0) return undefined;
  return { processorMs: Number(account[0]) / 1e6, runnable: account[1] === 1n };
}

/** Nanoseconds, and whether it is ready to run. */
const account = new BigUint64Array(2);
