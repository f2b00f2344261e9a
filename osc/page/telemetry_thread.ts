/** The telemetry thread as the main isolate has it: it lives while pages are open. Main isolate. */
import { Worker } from "node:worker_threads";
import { OutputRing } from "../../engine/memory/output_ring.ts";
import type { SharedMemory } from "../../engine/memory/shared_memory.ts";
import type {
  TelemetryReport,
  TelemetryRequest,
  TelemetryStart,
} from "../../telemetry/telemetry_messages.ts";

export interface TelemetryThreadOptions {
  readonly memory: SharedMemory;
  /** Path of the shared object. */
  readonly nativeLibrary: string;
  readonly onReport: (report: TelemetryReport) => void;
  /** It has ended by itself. */
  readonly onError: (error: Error) => void;
}

export class TelemetryThread {
  readonly #worker: Worker;
  readonly #ring: OutputRing;
  #stopping: Promise<void> | undefined;

  /** Starts the thread, which holds the main isolate up for some 30 ms, and lets the callback keep the output. */
  constructor({ memory, nativeLibrary, onReport, onError }: TelemetryThreadOptions) {
    this.#ring = new OutputRing(memory);
    this.#ring.acquire();
    const workerData: TelemetryStart = { buffer: memory.buffer, nativeLibrary, pid: Deno.pid };
    const module = new URL("../../telemetry/telemetry_worker.ts", import.meta.url);
    this.#worker = new Worker(module, { workerData });
    this.#worker.on("message", onReport);
    this.#worker.on("error", onError);
  }

  post(request: TelemetryRequest): void {
    this.#worker.postMessage(request);
  }

  /** Ends it. Safe to repeat. */
  stop(): Promise<void> {
    return this.#stopping ??= (async () => {
      await this.#worker.terminate();
      this.#ring.release();
    })();
  }
}
