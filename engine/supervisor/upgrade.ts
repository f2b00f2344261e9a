/**
 * A new version takes the place of the one that plays, without a gap. A renderer of the new version joins as the last in line, on
 * trial: it plays, but nobody hears it and its vote does not count. Its sound and its state must equal those of the others for a
 * while, through every region of the state. Then it gets a role, the other renderers are replaced one by one, and at last the
 * control process. Whatever is not equal ends the trial, and the old version plays on. Main isolate; in processes only.
 *
 * Equal sound says nothing of what an upgrade does on purpose later: the next patch is compiled by the new version.
 */
import { fixed } from "../memory/layout.ts";
import { blocksBetween, type SharedMemory } from "../memory/shared_memory.ts";
import type { ProgramVersion } from "../run/program_version.ts";
import type { UpgradeFiles, UpgradeStep } from "../run/upgrade_files.ts";
import { Comparison } from "./comparison.ts";
import type { ProcessSeating } from "./process_seating.ts";
import type { Supervised, Supervision } from "./supervision.ts";

export interface UpgradeOptions {
  readonly memory: SharedMemory;
  readonly supervision: Supervision;
  readonly seating: Pick<ProcessSeating, "offer" | "acceptOffer">;
  readonly files: UpgradeFiles;
  /** The version that plays. */
  readonly current: ProgramVersion;
  /** What a lost renderer wrote down before it ended. */
  readonly errorText: (seat: number) => string;
  /** Gets the steps, and what they change. */
  readonly onStep: (step: UpgradeStep) => void;
  readonly onChange: (changed: Supervised) => void;
  /** All renderers are of this version: its control process is to go on. Does not return where this one ends. */
  readonly handOver: (version: ProgramVersion) => void;
}

/** A renderer of the new version must be equal for this long, and through one sweep of its state. */
export const trialSeconds = 5;

/** Turns between two looks at whether an upgrade is asked for: about a quarter of a second. */
const turnsBetweenLooks = 125;

/** Why the version that was offered is not taken. */
class RefusedError extends Error {}

export class Upgrade {
  readonly #options: UpgradeOptions;
  #turns = 0;
  #steps: Iterator<void> | undefined;

  constructor(options: UpgradeOptions) {
    this.#options = options;
  }

  /** A new control process has taken over: an upgrade that is still asked for has come to its end, or was broken off. */
  conclude(): void {
    const { files, current } = this.#options;
    const asked = files.asked();
    if (!asked) return;
    if (asked.standalone === current.standalone && asked.folder === current.folder) {
      this.#say({
        text: "the control process is of the new version, as all renderers are",
        outcome: "upgraded",
      });
      return;
    }
    this.#say({
      text: "the control process was lost meanwhile, or that of the new version did not start: see the log " +
        "of the engine, and ask again",
      outcome: "refused",
    });
  }

  /** One turn; cheap while no upgrade is asked for. */
  poll(): void {
    if (!this.#steps) {
      if (this.#turns++ % turnsBetweenLooks !== 0) return;
      const version = this.#options.files.asked();
      if (!version) return;
      this.#steps = this.#replace(version);
    }
    try {
      if (this.#steps.next().done) this.#steps = undefined;
    } catch (error) {
      this.#steps = undefined;
      if (!(error instanceof RefusedError)) throw error;
      this.#say({ text: `${error.message}; the old version plays on`, outcome: "refused" });
    }
  }

  /** Yields where it waits for the next turn. */
  *#replace(version: ProgramVersion): Generator<void, void> {
    const { memory, supervision, seating, onChange, handOver, current } = this.#options;
    const { renderers } = supervision;
    if (version.folder === current.folder && version.nativeLibrary === current.nativeLibrary) {
      return this.#say({ text: "this version plays already", outcome: "upgraded" });
    }
    checkKind(version, current);
    if (Atomics.load(memory.words, fixed.launcher.pid.index) === 0) {
      throw new RefusedError(
        "the launcher is gone, which would start the control process of the new version",
      );
    }
    while (!renderers.isComplete) yield; // a fault is made good first
    seating.offer(version);
    const seat = yield* this.#trial();
    const old = renderers.alive.filter((other) => other !== seat)
      .map((other) => ({ seat: other, incarnation: renderers.incarnation(other) }));
    seating.acceptOffer();
    onChange(supervision.acceptTrial(seat));
    this.#say({ text: `renderer ${renderers.incarnation(seat)} plays a role; the others are replaced` });
    for (;;) {
      const left = old.filter((one) =>
        renderers.isAlive(one.seat) && renderers.incarnation(one.seat) === one.incarnation
      );
      if (left.length === 0) break;
      if (renderers.isComplete) {
        const next = lastInLine(left, supervision.roles);
        onChange(supervision.retire(next.seat));
        this.#say({ text: `renderer ${next.incarnation} ends` });
      }
      yield;
    }
    while (!renderers.isComplete) yield;
    this.#say({ text: "all renderers are of the new version; the control process is next" });
    handOver(version);
  }

  /** Returns the seat of a renderer of the new version that has proved to be equal. */
  *#trial(): Generator<void, number> {
    const { memory, supervision, errorText, onChange } = this.#options;
    const { renderers } = supervision;
    const seat = supervision.startTrial();
    if (seat === undefined) {
      throw new RefusedError("no seat is free for another renderer; ask again in a moment");
    }
    const incarnation = renderers.incarnation(seat);
    const refuseIfLost = () => {
      if (renderers.isAlive(seat) && renderers.incarnation(seat) === incarnation) return;
      throw new RefusedError(
        `renderer ${incarnation} of the new version was lost: ${
          errorText(seat) || "it left no word; see the log of the engine"
        }`,
      );
    };
    this.#say({ text: `renderer ${incarnation} of the new version starts` });
    while (!renderers.isRunning(seat)) {
      yield;
      refuseIfLost();
    }
    this.#say({
      text: `it is in lockstep; for ${trialSeconds} s its sound and state must equal the others'`,
    });
    const { sampleRateHz, blockFrames } = memory.geometry;
    const blocks = Math.ceil(trialSeconds * sampleRateHz / blockFrames);
    const comparison = new Comparison(memory);
    const start = memory.consumed();
    while (
      comparison.agreedBlocks(seat) < blocks || blocksBetween(memory.consumed(), start) < blocks ||
      !comparison.hasSweptSince(seat, start)
    ) {
      yield;
      refuseIfLost();
      const { outvoted, undecided, block } = comparison.poll([...supervision.comparable, seat]);
      if (!outvoted.has(seat) && !undecided) continue;
      onChange(supervision.retire(seat));
      throw new RefusedError(`its sound or state differs, first at block ${block! >>> 0}`);
    }
    this.#say({ text: `it was equal in ${comparison.agreedBlocks(seat)} blocks, through all of its state` });
    return seat;
  }

  #say(step: UpgradeStep): void {
    this.#options.files.say(step);
    this.#options.onStep(step);
  }
}

/** Throws where the two cannot play side by side. */
function checkKind(version: ProgramVersion, current: ProgramVersion): void {
  if (version.standalone !== current.standalone) {
    throw new RefusedError(
      `the new version is ${
        version.standalone ? "a compiled binary" : "a checkout"
      }, this one is not: restart instead`,
    );
  }
  if (version.layoutVersion !== current.layoutVersion) {
    throw new RefusedError(
      `the new version has layout ${version.layoutVersion} of the shared memory, this one ${current.layoutVersion}: ` +
        "restart instead; with UNDERSTUDY_STATE the next start goes on from the state",
    );
  }
}

/** Those without a role first, then the last role. */
function lastInLine<One extends { readonly seat: number }>(
  left: readonly One[],
  roles: readonly (number | undefined)[],
): One {
  const place = ({ seat }: One) => roles.includes(seat) ? roles.indexOf(seat) : roles.length;
  return left.reduce((last, one) => place(one) > place(last) ? one : last);
}
