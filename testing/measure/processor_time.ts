/**
 * Seconds that a processor worked for us, as the kernel counts them: what else runs on the machine takes less part in them
 * than in the time that went by.
 */

const pause = new Int32Array(new SharedArrayBuffer(4));

/** Of the thread that calls. The kernel adds up when a thread goes to sleep, or else at a tick of 4 ms: so it sleeps first. */
export function threadSeconds(): number {
  Atomics.wait(pause, 0, 0, 0.1);
  return Number(Deno.readTextFileSync("/proc/thread-self/schedstat").split(" ")[0]) / 1e9;
}

/** Seconds that the calling thread waited for a processor while others had it, since it started. */
export function threadWaitSeconds(): number {
  return Number(Deno.readTextFileSync("/proc/thread-self/schedstat").split(" ")[1]) / 1e9;
}

/** Of all processes that it has started and that have ended, in steps of 10 ms. */
export function childrenSeconds(): number {
  const fields = Deno.readTextFileSync("/proc/self/stat").replace(/^.*\) /, "").split(" ");
  return (Number(fields[13]) + Number(fields[14])) / 100;
}
