/**
 * What sits on a seat: a renderer in a thread of this process, or in a process of its own. The pool knows both by this face, and
 * everything else it knows of them from the seat's report. Main isolate.
 */
import type { CompiledPatch } from "../../compiler/graph/compiled_patch.ts";

/** One renderer, from its start to its end. */
export interface Occupant {
  readonly incarnation: number;
  /** False: the system could not start it. */
  readonly started: boolean;
  /** It has ended, or has begun to. */
  readonly exited: boolean;
  /** Nothing of it is left that could write its ring. */
  readonly gone: boolean;
  readonly outOfMemory: boolean;
  /** Makes the newest patch reach it, while it plays. */
  deliver(): void;
  /** Ends it in whatever state it is, unless it has ended by itself within `graceMs`. Safe to repeat. */
  terminate(graceMs: number): void;
  /** Puts it behind other programs. Returns 0 or an errno. */
  demote(): number;
  /** What it printed at its end; empty where it wrote its error into the seat, or nothing. */
  lastWords(): string;
}

/** Starts renderers of one kind, and keeps the patches that they will need. */
export interface Seating {
  /**
   * Starts one on a seat whose orders, report and ring are ready for it. Throws where the system cannot.
   *
   * @param trial with the code of the version that was offered; only processes have another than their own
   */
  spawn(seat: number, incarnation: number, trial: boolean): Occupant;
  /** Takes over what an earlier control process has started on a seat; undefined where nothing lives there. */
  adopt(seat: number): Occupant | undefined;
  /** Gives every renderer that starts from now on a further patch; those that live get it by {@link Occupant.deliver}. */
  addPatch(number: number, patch: CompiledPatch): Promise<void>;
  /** Forgets patches that no snapshot in use holds; renderers do so with the next delivery. */
  forgetPatchesBefore(number: number): void;
  /**
   * Makes again what renderers start from, where something else has removed it: an idle file of a run that lasts for days
   * looks left over. To be called about once a second.
   *
   * @returns what is gone for good, and the remedy; undefined: nothing is
   */
  keepFiles(): Promise<string | undefined>;
  /** Takes back a patch that was never asked for. */
  removePatch(number: number): void;
}
