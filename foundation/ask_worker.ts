import { Worker, type WorkerOptions } from "node:worker_threads";

/** One request to a thread that answers once. */
export interface WorkerRequest {
  /** Module of the thread; it reads `workerData` and posts one message. */
  readonly module: URL;
  /** What the thread finds as `workerData`; it must be cloneable. */
  readonly data: unknown;
  readonly timeoutMs: number;
  readonly resourceLimits?: WorkerOptions["resourceLimits"];
  /** Ends the thread; the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** A thread that did not answer: it took too long, threw, or ended early. */
export class WorkerFailedError extends Error {
  override readonly name = "WorkerFailedError";

  constructor(readonly problem: "timeout" | "threw" | "ended", message: string, options?: ErrorOptions) {
    super(message, options);
  }
}

/**
 * Starts a thread, waits for its one answer, and ends the thread. Main isolate.
 *
 * @throws {WorkerFailedError} when there is no answer, and the reason of the signal when that comes first
 */
export async function askWorker<Answer>(request: WorkerRequest): Promise<Answer> {
  const { module, data, timeoutMs, resourceLimits, signal } = request;
  signal?.throwIfAborted();
  const worker = new Worker(module, { workerData: data, resourceLimits });
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const abort = () => reject(signal!.reason);
  signal?.addEventListener("abort", abort);
  const timer = setTimeout(
    () => reject(new WorkerFailedError("timeout", `no answer after ${timeoutMs} ms`)),
    timeoutMs,
  );
  worker.on("message", (answer: Answer) => resolve(answer));
  worker.on("error", (cause: Error) => reject(new WorkerFailedError("threw", cause.message, { cause })));
  worker.on("exit", () => reject(new WorkerFailedError("ended", "the thread ended without an answer")));
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", abort);
    await worker.terminate();
  }
}
