/** The entry of the thread that reads streams. It has the priority of the main isolate, below all that plays. */
import { parentPort, workerData } from "node:worker_threads";
import { invariant } from "../../foundation/invariant.ts";
import { fixed } from "../memory/layout.ts";
import { SharedMemory } from "../memory/shared_memory.ts";
import type { StreamReaderReport, StreamReaderRequest, StreamReaderStart } from "./reader_messages.ts";
import { StreamReader } from "./stream_reader.ts";

/** Time between two looks at the players. */
const turnMs = 10;

const { buffer } = workerData as StreamReaderStart;
invariant(buffer instanceof SharedArrayBuffer, "stream reader: expected a shared memory");
const memory = SharedMemory.attach(buffer);
const reader = new StreamReader(memory, (report: StreamReaderReport) => parentPort!.postMessage(report));
let stalledUntilMs = 0;

function carryOut(request: StreamReaderRequest): void {
  switch (request.kind) {
    case "open":
      return void reader.open(request.file, request.path);
    case "pin":
      return reader.pin(request.file, request.frame);
    case "close":
      return void reader.close(request.file);
    case "fall":
      return reader.fall();
    case "stall":
      stalledUntilMs = performance.now() + request.ms;
  }
}

async function turn(): Promise<void> {
  Atomics.add(memory.words, fixed.streamReader.heartbeat.index, 1);
  const isBusy = performance.now() >= stalledUntilMs && await reader.turn();
  setTimeout(() => void turn(), isBusy ? 0 : turnMs);
}

parentPort!.on("message", carryOut);
void turn();
