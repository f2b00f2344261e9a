/** What the size of a patch's state costs each renderer while it plays. Any thread. */
import { checkBytesPerSecond, roleCount, stateCheckSeconds } from "../memory/constants.ts";

/** How long a machine takes for the work, in seconds a byte. */
export interface StateSpeed {
  readonly checkSecondsPerByte: number;
  readonly copySecondsPerByte: number;
}

/** Shortest time between two snapshots that counts here, in seconds: the default setting. */
const snapshotSeconds = 0.25;

/**
 * Part of a core that a renderer needs to check its arena region by region, and for its share of the snapshots: one of the
 * renderers copies the arena, at most once in a sweep.
 */
export function stateLoad(
  arenaBytes: number,
  { checkSecondsPerByte, copySecondsPerByte }: StateSpeed,
): number {
  const checked = Math.min(arenaBytes / stateCheckSeconds, checkBytesPerSecond);
  const copied = Math.min(arenaBytes / snapshotSeconds, checkBytesPerSecond);
  return checked * checkSecondsPerByte + copied * (copySecondsPerByte + checkSecondsPerByte) / roleCount;
}
