/** Messages between the main isolate and the thread of a rehearsal, checked by the side that receives them. */
import type { CompiledPatch, PatchFormat } from "../../compiler/graph/compiled_patch.ts";
import type { LoadedGraph } from "../../compiler/graph/checked_graph.ts";
import type { SampleBank } from "../../compiler/graph/sample_bank.ts";
import { invariant } from "../../foundation/invariant.ts";

/** A patch to rehearse. */
export interface RehearsalStart {
  readonly graph: LoadedGraph;
  /** The sound files that it names. */
  readonly samples?: SampleBank;
  readonly format: PatchFormat;
  readonly seed: number;
  /** Path of the native part, through which the thread lowers its own priority and locks samples in memory. */
  readonly nativeLibrary: string;
  /** Runs at normal priority because nothing plays yet; by default only when no other thread needs the processor. */
  readonly beforeStart?: boolean;
}

/** The level of the rehearsed sound, 1 at full scale. */
export interface RehearsedLevel {
  /** Largest magnitude. */
  readonly peak: number;
  /** Mean of each channel: what is not 0 is direct current. */
  readonly means: readonly number[];
}

/** What one renderer needs while a number of voices sound. */
export interface RehearsedLoad {
  readonly voices: number;
  /** Part of a core. */
  readonly load: number;
}

/** The patch and how it played, or why it did not. */
export type RehearsalResult = {
  readonly patch: CompiledPatch;
  /** With eight notes of each instrument, and with all voices that the patch declares; with checks and the share of the snapshots. */
  readonly notes: RehearsedLoad;
  readonly full: RehearsedLoad;
  readonly isFinite: boolean;
  readonly level: RehearsedLevel;
  /** What its author will hardly have meant. */
  readonly warnings: readonly string[];
} | { readonly error: string };

/** The start as it arrived. Throws InvariantError when it is none. */
export function checkRehearsalStart(data: unknown): RehearsalStart {
  const start = data as RehearsalStart;
  invariant(typeof start?.graph?.name === "string", "rehearsal: expected a patch");
  invariant(
    start.format?.sampleRateHz > 0 && start.format.maximumBlockFrames > 0 && start.format.channels > 0,
    "rehearsal: expected a format with a rate, a block and channels",
  );
  invariant(Number.isInteger(start.seed), `rehearsal: expected a whole number as seed, found ${start.seed}`);
  return start;
}

/** The result as it arrived. Throws InvariantError when it is none. */
export function checkRehearsalResult(data: unknown): RehearsalResult {
  const result = data as RehearsalResult;
  invariant(typeof result === "object" && result !== null, "rehearsal: expected a result");
  if ("error" in result) {
    invariant(typeof result.error === "string", "rehearsal: expected a text as error");
    return result;
  }
  invariant(result.patch?.module instanceof WebAssembly.Module, "rehearsal: expected the code of a patch");
  for (const part of [result.notes, result.full]) {
    invariant(part?.load >= 0, `rehearsal: expected a load of 0 or more, found ${part?.load}`);
    invariant(part.voices >= 0, `rehearsal: expected 0 voices or more, found ${part.voices}`);
  }
  invariant(
    typeof result.level?.peak === "number" && Array.isArray(result.level.means),
    "rehearsal: expected a level with a peak and means",
  );
  invariant(Array.isArray(result.warnings), "rehearsal: expected a list of warnings");
  return result;
}
