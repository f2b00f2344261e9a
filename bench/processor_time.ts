/**
 * Seconds that a processor worked for us, as the kernel counts them: what else runs on the machine takes less part in them
 * than in the time that went by.
 */
import process from "node:process";

/** Of this process, all threads. */
export function ownSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

/** Of all processes that it has started and that have ended, in steps of 10 ms. */
export function childrenSeconds(): number {
  const fields = Deno.readTextFileSync("/proc/self/stat").replace(/^.*\) /, "").split(" ");
  return (Number(fields[13]) + Number(fields[14])) / 100;
}
