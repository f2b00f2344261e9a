import { Worker } from "node:worker_threads";
import type { CompiledPatch } from "../../compiler/graph/compiled_patch.ts";
import { CommandRefusedError, roles } from "../control/control.ts";
import { checkRehearsalResult, type RehearsalResult, type RehearsalStart } from "./rehearsal_messages.ts";

/**
 * Time limit of a rehearsal: beyond it the patch is far too slow, or the machine has no time left. A rehearsal takes some
 * 100 ms of an idle processor; beside three busy programs on two cores that was 10 s and more.
 */
const timeLimitMs = 60_000;

/** Part of the machine that all renderers together may need for eight notes of each instrument. */
const maxLoad = 0.9;

const heapLimitMiB = 256;

/** A rehearsal and its time limit, which tests may tighten. */
export interface RehearsalOptions extends RehearsalStart {
  readonly timeLimitMs?: number;
}

/**
 * Compiles a patch and plays it in a thread of its own.
 *
 * @throws {CommandRefusedError} when it cannot be played live; the message says why
 */
export async function rehearse(options: RehearsalOptions): Promise<CompiledPatch> {
  const { graph, timeLimitMs: limitMs = timeLimitMs } = options;
  const result = await rehearseInThread(options, limitMs);
  if ("error" in result) throw new CommandRefusedError(`patch ${graph.name}: ${result.error}`);
  if (!result.isFinite) {
    throw new CommandRefusedError(
      `patch ${graph.name}: gave numbers that are not finite when it was rehearsed`,
    );
  }
  const load = result.load * roles.length / navigator.hardwareConcurrency;
  if (load > maxLoad) {
    throw new CommandRefusedError(
      `patch ${graph.name}: too slow: ${roles.length} renderers would need ${
        Math.round(load * 100)
      } % of this machine for eight notes of each instrument, at most ${maxLoad * 100} % may be needed`,
    );
  }
  return result.patch;
}

async function rehearseInThread(start: RehearsalStart, limitMs: number): Promise<RehearsalResult> {
  const worker = new Worker(new URL("./rehearsal_worker.ts", import.meta.url), {
    workerData: start,
    resourceLimits: { maxOldGenerationSizeMb: heapLimitMiB },
  });
  const { promise, resolve } = Promise.withResolvers<unknown>();
  const timer = setTimeout(
    () =>
      resolve({
        error:
          `was not done with its rehearsal after ${limitMs} ms: end other programs, or take a smaller patch`,
      }),
    limitMs,
  );
  worker.on("message", resolve);
  worker.on("error", (error: Error) => resolve({ error: error.message }));
  worker.on("exit", () => resolve({ error: "its rehearsal ended early" }));
  try {
    return checkRehearsalResult(await promise);
  } finally {
    clearTimeout(timer);
    await worker.terminate();
  }
}
