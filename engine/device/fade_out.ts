import { until } from "../../foundation/until.ts";
import { fixed } from "../memory/layout.ts";
import type { SharedMemory } from "../memory/shared_memory.ts";

/** Time limit for the device to take the fade; beyond it the device is gone. */
const timeoutMs = 150;

/** Lets the callback fade out from the next block on, and waits until the device has taken it. Main isolate. */
export async function fadeOut({ words }: SharedMemory): Promise<void> {
  Atomics.store(words, fixed.control.stop.index, 1);
  await until(() => Atomics.load(words, fixed.callback.ended.index) !== 0, { timeoutMs });
}
