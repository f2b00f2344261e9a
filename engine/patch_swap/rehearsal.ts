import type { CompiledPatch } from "../../compiler/graph/compiled_patch.ts";
import { askWorker, WorkerFailedError } from "../../foundation/ask_worker.ts";
import { CommandRefusedError, roles } from "../control/control.ts";
import { decibelText } from "../../foundation/decibels.ts";
import {
  checkRehearsalResult,
  type RehearsalResult,
  type RehearsalStart,
  type RehearsedLevel,
  type RehearsedLoad,
} from "./rehearsal_messages.ts";

/**
 * Longest rehearsal: beyond it the patch is far too slow, or the machine has no time left. It takes about 100 ms of a processor
 * that nothing else uses, and took more than 10 s beside three busy programs on two cores.
 */
const timeLimitMs = 60_000;

/**
 * Largest part of the machine that all renderers together may need, and of a core that one may: they play in real time, so what
 * they leave is all that the main isolate, a joiner's replay and the sound server get.
 */
const maxLoad = 0.7;

const heapLimitMiB = 256;

/**
 * Largest mean of a channel that is no direct current: slow waves have one over the second or so of a rehearsal. A tenth of the
 * travel of a loudspeaker's cone is worth a word.
 */
const maxMean = 0.05;

export interface RehearsalOptions extends RehearsalStart {
  /** Longest rehearsal, 60,000 by default. */
  readonly timeLimitMs?: number;
  /** Receives the number of voices that may sound here, and why, when all that the patch declares would be too many. */
  readonly onVoiceLimit: (maxVoices: number, reason: string) => void;
  /** Receives why the patch is too slow for this machine; omitted: then it is refused. */
  readonly onTooSlow?: (problem: string) => void;
  /** Ceiling of the output, as in `Dimensions`; for the words of warnings. */
  readonly ceiling: number;
  /** Receives, one by one, what may be meant and is played, but is no good for loudspeakers. */
  readonly onWarning: (warning: string) => void;
  /** Ends the rehearsal; the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/**
 * Compiles a patch and plays it in a thread of its own.
 *
 * @throws {CommandRefusedError} when it traps, gives numbers that are not finite, or is too slow
 */
export async function rehearse(
  options: RehearsalOptions,
): Promise<CompiledPatch> {
  const { timeLimitMs: limitMs = timeLimitMs, onTooSlow = refuse, onVoiceLimit, ...others } = options;
  const { ceiling, onWarning, signal, ...start } = others;
  const { name } = start.graph;
  const result = await rehearseInThread(start, limitMs, signal);
  if ("error" in result) return refuse(`patch ${name}: ${result.error}`);
  if (!result.isFinite) {
    return refuse(`patch ${name}: gave numbers that are not finite when it was rehearsed`);
  }
  const { notes, full } = result;
  if (shareOf(notes.load) > maxLoad) {
    onTooSlow(
      `patch ${name}: too slow: ${roles.length} renderers would need ${
        percent(shareOf(notes.load))
      } of this machine for eight notes of each instrument, at most ${percent(maxLoad)} may be needed`,
    );
  }
  if (shareOf(full.load) > maxLoad) {
    const maxVoices = affordableVoices(result);
    onVoiceLimit(
      maxVoices,
      `patch ${name}: its ${full.voices} voices would need ${
        percent(shareOf(full.load))
      } of this machine; at most ${maxVoices} sound at once, the oldest give way to new notes`,
    );
  }
  result.warnings.forEach((warning) => onWarning(warning));
  levelWarnings(result.level, ceiling).forEach((warning) => onWarning(`patch ${name}: ${warning}`));
  return result.patch;
}

const percent = (share: number) => `${Math.round(share * 100)} %`;

/** Part of what they can have that all renderers need when one needs this part of a core. */
function shareOf(load: number): number {
  return load * Math.max(1, roles.length / navigator.hardwareConcurrency);
}

/** Voices that the machine can play, on a straight line through both measurements. */
function affordableVoices(
  { notes, full }: { readonly notes: RehearsedLoad; readonly full: RehearsedLoad },
): number {
  const most = maxLoad / shareOf(1);
  const isLine = full.voices > notes.voices && full.load > notes.load && most > notes.load;
  const voices = isLine
    ? notes.voices + (most - notes.load) * (full.voices - notes.voices) / (full.load - notes.load)
    : full.voices * most / full.load;
  return Math.max(1, Math.floor(voices));
}

function levelWarnings({ peak, means }: RehearsedLevel, ceiling: number): string[] {
  const held = ceiling === 0
    ? "there is no ceiling, so the device clips it"
    : `the ceiling holds it at ${decibelText(ceiling)}`;
  const loud = peak > 1
    ? [`plays ${decibelText(peak)} above full scale with eight notes of each instrument; ${held}`]
    : [];
  const direct = means.flatMap((mean, channel) =>
    Math.abs(mean) > maxMean
      ? [
        `has a direct current of ${mean.toFixed(2)} on channel ${
          channel + 1
        }; put a dcBlocker before the output`,
      ]
      : []
  );
  return [...loud, ...direct];
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
