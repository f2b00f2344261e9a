/**
 * How a renderer should wait for the device: how late it notices that a block was taken, and what waiting costs. Each way
 * waits for the clock driver in a thread of its own. `deno task bench:wait [SECONDS]`
 */
import { developmentCommand } from "../testing/development_command.ts";
import { Worker } from "node:worker_threads";
import { ClockDriver } from "../engine/device/clock_driver.ts";
import { fixed } from "../engine/memory/layout.ts";
import { nativeForTests } from "../testing/native_for_tests.ts";
import { testMemory } from "../testing/engine/test_memory.ts";
import { report } from "./report.ts";
import type { WaitResult } from "./wait_worker.ts";

const seconds = developmentCommand(import.meta.url, { maxWords: 1 }).numberAt(0, 5);
const { native, build } = await nativeForTests();
const rows: Record<string, string | number>[] = [];
for (const blockFrames of [128, 32]) {
  for (const way of ["Atomics.wait 1 ms", "Atomics.wait, a pacer notifies", "native wait"]) {
    const memory = testMemory({ sampleRateHz: 48_000, blockFrames });
    const sleepWord = new SharedArrayBuffer(8);
    const driver = ClockDriver.start(native, memory);
    Atomics.store(memory.words, fixed.control.play.index, 1);
    const begin = (role: string) =>
      new Worker(new URL("./wait_worker.ts", import.meta.url), {
        workerData: { buffer: memory.buffer, sleepWord, library: build.library, way, role, seconds },
      });
    const workers = way.includes("pacer") ? [begin("pacer"), begin("waiter")] : [begin("waiter")];
    const results = await Promise.all(
      workers.map((worker) => new Promise<WaitResult>((done) => worker.on("message", done))),
    );
    await driver.stop();
    const [waiter] = results.slice(-1);
    const late = waiter.lateMs.sort((a, b) => a - b);
    const at = (part: number) => late[Math.min(late.length - 1, Math.floor(late.length * part))].toFixed(3);
    const cpu = results.reduce((sum, result) => sum + result.cpuSeconds, 0) / seconds * 100;
    rows.push({
      "block frames": blockFrames,
      way,
      "median late ms": at(0.5),
      "p99 ms": at(0.99),
      "worst ms": at(1),
      "% of a core": cpu.toFixed(2),
    });
  }
}
await report("wait", rows);
Deno.exit(0);
