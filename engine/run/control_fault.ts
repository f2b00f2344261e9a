/** Faults of the control process, so that its loss can be tried; only where faults are allowed. Main isolate. */

/** Kinds that it can commit on itself. */
export const controlFaults = ["kill", "throw", "hang"] as const;
export type ControlFault = typeof controlFaults[number];

export function isControlFault(kind: string): kind is ControlFault {
  return (controlFaults as readonly string[]).includes(kind);
}

/** Ends this process, or keeps it from ever taking another turn. */
export function commitControlFault(kind: ControlFault): void {
  if (kind === "kill") return Deno.kill(Deno.pid, "SIGKILL");
  if (kind === "throw") throw new Error("fault injected: throw");
  for (;;) { /* until the launcher ends it */ }
}
