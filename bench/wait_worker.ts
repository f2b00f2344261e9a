/** One thread of `wait.ts`: waits for blocks in one way and notes how late it notices each. */
import { parentPort, workerData } from "node:worker_threads";
import { within } from "../engine/memory/layout.ts";
import { deliveredIndex } from "../engine/memory/places.ts";
import { SharedMemory } from "../engine/memory/shared_memory.ts";
import { openNative } from "../ffi/open_native.ts";

export interface WaitResult {
  readonly lateMs: number[];
  readonly cpuSeconds: number;
}

const { buffer, sleepWord, library, way, role, seconds } = workerData;
const memory = SharedMemory.attach(buffer);
const native = openNative(library);
const base = Deno.UnsafePointer.of(memory.bytes);
const bell = new Int32Array(sleepWord);
const clocks = new BigUint64Array(2);
const lateTicks: bigint[] = [];
native.symbols.us_read_clocks(clocks);
const [firstTicks, firstNs] = clocks;
const deadlineNs = firstNs + BigInt(seconds) * 1_000_000_000n;
let block = memory.consumed() + 1;
for (;;) {
  native.symbols.us_read_clocks(clocks);
  if (clocks[1] >= deadlineNs) break;
  if (memory.consumed() - block >= 0) {
    if (role === "pacer") {
      Atomics.add(bell, 0, 1);
      Atomics.notify(bell, 0);
    } else {
      const entry = deliveredIndex(memory, memory.consumed() - 1);
      lateTicks.push(clocks[0] - memory.wide[entry / 2 + within.delivered.ticks.index]);
    }
    block = memory.consumed() + 1;
    continue;
  }
  if (way === "native wait" || role === "pacer") native.symbols.us_wait_consumed(base, block, 2_000_000);
  else if (way.includes("pacer")) Atomics.wait(bell, 0, Atomics.load(bell, 0), 2);
  else Atomics.wait(bell, 1, 0, 1);
}
const ticksPerMs = Number(clocks[0] - firstTicks) / (Number(clocks[1] - firstNs) / 1e6);
const schedule = Deno.readTextFileSync(`/proc/self/task/${native.symbols.us_thread_id()}/schedstat`);
parentPort!.postMessage(
  {
    lateMs: lateTicks.map((ticks) => Number(ticks) / ticksPerMs),
    cpuSeconds: Number(schedule.split(" ")[0]) / 1e9,
  } satisfies WaitResult,
);
