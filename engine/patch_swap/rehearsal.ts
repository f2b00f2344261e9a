import type { CompiledPatch } from "../../compiler/graph/compiled_patch.ts";
import { askWorker, WorkerFailedError } from "../../foundation/ask_worker.ts";
import { CommandRefusedError, roles } from "../control/control.ts";
import { checkRehearsalResult, type RehearsalResult, type RehearsalStart } from "./rehearsal_messages.ts";

/**
 * Longest rehearsal: beyond it the patch is far too slow, or the machine has no time left. It takes about 100 ms of a processor
 * that nothing else uses, and took more than 10 s beside three busy programs on two cores.
 */
const timeLimitMs = 60_000;

/** Largest part of the machine that all renderers together may need for eight notes of each instrument. */
const maxLoad = 0.9;

const heapLimitMiB = 256;

export interface RehearsalOptions extends RehearsalStart {
  /** Longest rehearsal, 60,000 by default. */
  readonly timeLimitMs?: number;
  /** Receives why the patch is too slow for this machine; omitted: then it is refused. */
  readonly onTooSlow?: (problem: string) => void;
  /** Ends the rehearsal; the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/**
 * Compiles a patch and plays it in a thread of its own.
 *
 * @throws {CommandRefusedError} when it traps, gives numbers that are not finite, or is too slow
 */
export async function rehearse(
  { timeLimitMs: limitMs = timeLimitMs, onTooSlow = refuse, signal, ...start }: RehearsalOptions,
): Promise<CompiledPatch> {
  const { name } = start.graph;
  const result = await rehearseInThread(start, limitMs, signal);
  if ("error" in result) return refuse(`patch ${name}: ${result.error}`);
  if (!result.isFinite) {
    return refuse(`patch ${name}: gave numbers that are not finite when it was rehearsed`);
  }
  const load = result.load * roles.length / navigator.hardwareConcurrency;
  if (load > maxLoad) {
    onTooSlow(
      `patch ${name}: too slow: ${roles.length} renderers would need ${
        Math.round(load * 100)
      } % of this machine for eight notes of each instrument, at most ${maxLoad * 100} % may be needed`,
    );
  }
  return result.patch;
}

function refuse(problem: string): never {
  throw new CommandRefusedError(problem);
}

async function rehearseInThread(
  start: RehearsalStart,
  limitMs: number,
  signal: AbortSignal | undefined,
): Promise<RehearsalResult> {
  try {
    const answer = await askWorker<unknown>({
      module: new URL("./rehearsal_worker.ts", import.meta.url),
      data: start,
      timeoutMs: limitMs,
      resourceLimits: { maxOldGenerationSizeMb: heapLimitMiB },
      signal,
    });
    return checkRehearsalResult(answer);
  } catch (cause) {
    if (!(cause instanceof WorkerFailedError)) throw cause;
    const problems: Readonly<Record<WorkerFailedError["problem"], string>> = {
      timeout:
        `was not done with its rehearsal after ${limitMs} ms: end other programs, or take a smaller patch`,
      threw: cause.message,
      ended: "its rehearsal ended early",
    };
    return { error: problems[cause.problem] };
  }
}
