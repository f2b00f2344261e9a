/** The entry of the telemetry thread: it runs while a page is open, and behind all threads that play. */
import { parentPort, workerData } from "node:worker_threads";
import { SharedMemory } from "../engine/memory/shared_memory.ts";
import { openNative } from "../ffi/open_native.ts";
import { invariant } from "../foundation/invariant.ts";
import { Telemetry } from "./telemetry.ts";
import type { TelemetryReport, TelemetryRequest, TelemetryStart } from "./telemetry_messages.ts";

const start = workerData as TelemetryStart;
invariant(start?.buffer instanceof SharedArrayBuffer, "telemetry: expected a shared memory");
const { symbols } = openNative(start.nativeLibrary);
symbols.us_schedule_behind(symbols.us_thread_id()); // it inherits the priority of the main isolate

const account = new BigUint64Array(2);
const clocks = new BigUint64Array(2);
symbols.us_read_clocks(clocks);
const first = [clocks[0], clocks[1]];

/** Processor ticks in a millisecond, measured since this thread began. */
function ticksPerMs(): number {
  symbols.us_read_clocks(clocks);
  const ms = Number(clocks[1] - first[1]) / 1e6;
  return ms > 0 ? Number(clocks[0] - first[0]) / ms : 0;
}

const telemetry = new Telemetry({
  memory: SharedMemory.attach(start.buffer),
  pid: start.pid,
  threadMs: (threadId) =>
    threadId > 0 && symbols.us_thread_time(threadId, account) === 0 ? Number(account[0]) / 1e6 : undefined,
  ticksPerMs,
  unixMs: Date.now,
});

parentPort!.on("message", (request: TelemetryRequest) => telemetry.receive(request));

function poll(): void {
  setTimeout(poll, telemetry.pollMs);
  const items = telemetry.poll(performance.now());
  if (items.length === 0) return;
  const report: TelemetryReport = { items };
  parentPort!.postMessage(report, items.map(({ data }) => data.buffer));
}
poll();
