/**
 * Reports sound that does not fit: output beyond full scale, as an event at most once a second and as a line of the log at most once
 * in ten seconds, and input that no converter can have meant, once. `/status` has the counts. Main isolate.
 */
import type { EngineEvent } from "../control/control.ts";
import { maxInputMagnitude } from "../memory/constants.ts";
import type { SharedMemory } from "../memory/shared_memory.ts";
import { decibels, decibelText } from "../../foundation/decibels.ts";
import type { Log } from "../../foundation/logging.ts";
import { Notice } from "../../foundation/notice.ts";

/** Shortest time between two events of overs, and between two lines of the log. */
const intervalMs = 1_000;
const logIntervalMs = 10_000;

export interface LevelReportOptions {
  readonly memory: SharedMemory;
  readonly log: Log;
  /** Largest magnitude before the ceiling since the last call. */
  readonly takeLoudest: () => number;
  readonly emit: (event: EngineEvent) => void;
}

export class LevelReport {
  readonly #options: LevelReportOptions;
  readonly #notice = new Notice(intervalMs);
  readonly #logNotice = new Notice(logIntervalMs);
  #reportedOvers = 0;
  #loggedOvers = 0;
  /** Largest magnitude since the last line of the log. */
  #loudestUnlogged = 0;
  /** Largest magnitude since the last report. */
  #loudest = 0;
  #inputReported = false;

  constructor(options: LevelReportOptions) {
    this.#options = options;
  }

  /**
   * Reports what has come since the last report; cheap, for every tick.
   *
   * @param nowMs a monotonic clock's moment
   */
  poll(nowMs: number): void {
    this.#reportOvers(nowMs);
    this.#reportInput();
  }

  #reportOvers(nowMs: number): void {
    const { memory, takeLoudest, emit } = this.#options;
    const overs = memory.counter("overSamples");
    if (overs === this.#reportedOvers) return;
    const loudest = this.#loudest = Math.max(this.#loudest, takeLoudest());
    // the callback counts a sample before the delivery log comes to its block
    if (loudest <= 1 || !this.#notice.acquire(nowMs)) return;
    const samples = overs - this.#reportedOvers;
    this.#reportedOvers = overs;
    this.#loudest = 0;
    this.#loudestUnlogged = Math.max(this.#loudestUnlogged, loudest);
    emit({ event: "over", samples, peakDb: decibels(loudest) });
    if (this.#logNotice.acquire(nowMs)) this.#logOvers(overs);
  }

  #logOvers(overs: number): void {
    const { memory, log } = this.#options;
    const [samples, peak] = [overs - this.#loggedOvers, decibelText(this.#loudestUnlogged)];
    this.#loggedOvers = overs;
    this.#loudestUnlogged = 0;
    const { ceiling } = memory.geometry;
    const remedy = ceiling === 0
      ? "there is no ceiling, so the device clips them: lower a gain, or set UNDERSTUDY_CEILING_DB"
      : `the ceiling holds them at ${decibelText(ceiling)}: lower a gain`;
    log.warning(`output beyond full scale: ${samples} samples, up to ${peak}; ${remedy}`);
  }

  #reportInput(): void {
    const { memory, log } = this.#options;
    if (this.#inputReported || memory.counter("refusedInputSamples") === 0) return;
    this.#inputReported = true;
    log.warning(
      `input: samples that are not finite or beyond ${
        decibelText(maxInputMagnitude)
      } of full scale are taken as silence; ` +
        "check the program that sends them. /status counts them as refusedInputSamples",
    );
  }
}
