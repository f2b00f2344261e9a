/**
 * Everything that is worse than it should be, and tells it by one way: a line of the log, an event, and the status. Main isolate.
 */
import type { DegradedPart, DegradedProblem, EngineEvent } from "../control/control.ts";
import type { Log } from "../../foundation/logging.ts";

/** What is told of a part: how loud, and what the log says when it is well again; empty: nothing. */
interface Telling {
  readonly level: "warning" | "error";
  readonly restored: string;
}

const tellings: Readonly<Record<DegradedPart, Telling>> = {
  recording: { level: "error", restored: "" },
  recorder: { level: "error", restored: "" },
  state: { level: "error", restored: "the state is kept: a restart goes on from it" },
  device: { level: "warning", restored: "" },
  realTime: { level: "warning", restored: "" },
  watchdog: { level: "warning", restored: "" },
  isolation: { level: "error", restored: "the files of the run are kept again" },
  clients: { level: "warning", restored: "" },
  standstill: { level: "warning", restored: "" },
  streams: { level: "warning", restored: "" },
  output: { level: "warning", restored: "every output gives sound again" },
};

/** Something that happened, and is over already, is shown in the status for this long. */
const shownMs = 10_000;

export interface DegradationsOptions {
  readonly log: Pick<Log, "info" | "warning" | "error">;
  readonly emit: (event: EngineEvent) => void;
}

export class Degradations {
  readonly #options: DegradationsOptions;
  /** The problem of each part, and until when it is shown. */
  readonly #current = new Map<DegradedPart, { readonly problem: string; readonly untilMs: number }>();

  constructor(options: DegradationsOptions) {
    this.#options = options;
  }

  /** Parts that are worse than they should be. */
  get parts(): readonly DegradedPart[] {
    return [...this.#current.keys()];
  }

  /** The same with the sentence that says why. */
  get problems(): readonly DegradedProblem[] {
    return [...this.#current].map(([part, { problem }]) => ({ part, problem }));
  }

  /** The sentence that says why; undefined where a part is well. */
  problemOf(part: DegradedPart): string | undefined {
    return this.#current.get(part)?.problem;
  }

  /**
   * A part is worse than it should be until {@link Degradations.restore}. Tells it, unless the same was told before.
   *
   * @param isLogged whether a line of the log says so already
   */
  degrade(part: DegradedPart, problem: string, { isLogged = false } = {}): void {
    if (this.#current.get(part)?.problem === problem) return;
    this.#tell(part, problem, isLogged, Infinity);
  }

  /** A part is as it should be. */
  restore(part: DegradedPart): void {
    if (!this.#current.delete(part)) return;
    const { restored } = tellings[part];
    if (restored !== "") this.#options.log.info(restored);
    this.#options.emit({ event: "restored", part });
  }

  /** Something went wrong and is over already; tells it each time. */
  occurred(part: DegradedPart, problem: string, nowMs: number): void {
    this.#tell(part, problem, false, nowMs + shownMs);
  }

  /** Ends what was shown for long enough; cheap, for every tick. */
  poll(nowMs: number): void {
    if (this.#current.size === 0) return;
    for (const [part, { untilMs }] of this.#current) if (untilMs <= nowMs) this.restore(part);
  }

  #tell(part: DegradedPart, problem: string, isLogged: boolean, untilMs: number): void {
    this.#current.set(part, { problem, untilMs });
    const { log, emit } = this.#options;
    if (!isLogged) log[tellings[part].level](problem);
    emit({ event: "degraded", part, problem });
  }
}
