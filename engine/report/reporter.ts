/** Passes events to the log and to the observers of the engine. Main isolate. */
import type { EngineEvent } from "../control/control.ts";
import { eventOf, logEvent } from "./event_log.ts";
import type { Log } from "../../foundation/logging.ts";
import { Observers } from "../../foundation/observers.ts";
import type { ShedDecision } from "../supervisor/load_shedding.ts";
import type { SupervisionEvent } from "../supervisor/supervision.ts";

export class Reporter {
  /** Renderers lost, by cause. */
  readonly faults: Record<string, number> = {};
  readonly #log: Log;
  readonly #observers: Observers<EngineEvent>;
  #voices: readonly number[] = [];

  constructor(log: Log) {
    this.#log = log;
    this.#observers = new Observers((error) => log.error(`an observer failed: ${String(error)}`));
  }

  /** Gives every event from now on to the listener. Returns a function that ends it. */
  observe(listener: (event: EngineEvent) => void): () => void {
    return this.#observers.add(listener);
  }

  emit(event: EngineEvent): void {
    this.#observers.notify(event);
  }

  /**
   * Counts, logs and passes on what the supervision loop found.
   *
   * @param block the block that the device takes next
   * @param detail what a lost renderer wrote down before it ended
   */
  supervised(event: SupervisionEvent, block: number, detail: string): void {
    if (event.event === "fault") this.faults[event.cause] = (this.faults[event.cause] ?? 0) + 1;
    logEvent(this.#log, event, { block, detail });
    const told = eventOf(event);
    if (told) this.#observers.notify(told);
  }

  /** Logs and passes on that another number of voices may sound. */
  shed({ limit, voices, reason }: ShedDecision, block: number): void {
    const allowed = limit === 0 ? "all voices may sound" : `at most ${limit} voices may sound`;
    if (reason === "overload") {
      this.#log.warning(`overload: ${allowed} until there is room again; ${voices} sounded`, { block });
    } else if (reason === "room") this.#log.info(`the machine has room again: ${allowed}`, { block });
    else this.#log.info(`for this patch ${allowed} on this machine`, { block });
    this.#observers.notify({ event: "shed", limit, voices });
  }

  /** Emits `silent` for every instrument whose last voice has ended since the last call. */
  voices(counts: readonly number[]): void {
    const before = this.#voices;
    this.#voices = counts;
    counts.forEach((count, instrument) => {
      if (count === 0 && before[instrument] > 0) this.#observers.notify({ event: "silent", instrument });
    });
  }
}
