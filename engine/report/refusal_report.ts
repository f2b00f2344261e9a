/**
 * Reports commands that were refused because there was no room for them: in the command log, or among those that wait for their
 * time. As an event at most once a second, as a line of the log at most once in ten seconds; `/status` has the count. Main isolate.
 */
import type { EngineEvent } from "../control/control.ts";
import type { Log } from "../../foundation/logging.ts";
import { Notice } from "../../foundation/notice.ts";

const intervalMs = 1_000;
const logIntervalMs = 10_000;

export interface RefusalReportOptions {
  readonly log: Log;
  readonly emit: (event: EngineEvent) => void;
}

export class RefusalReport {
  readonly #options: RefusalReportOptions;
  readonly #notice = new Notice(intervalMs);
  readonly #logNotice = new Notice(logIntervalMs);
  #commands = 0;
  #reported = 0;
  #logged = 0;
  #lastSender = "";

  constructor(options: RefusalReportOptions) {
    this.#options = options;
  }

  /** Commands refused since the start. */
  get commands(): number {
    return this.#commands;
  }

  record(commands: number, sender: string): void {
    this.#commands += commands;
    this.#lastSender = sender;
  }

  /**
   * Reports what has come since the last report; cheap, for every tick.
   *
   * @param nowMs a monotonic clock's moment
   */
  poll(nowMs: number): void {
    if (this.#commands === this.#reported || !this.#notice.acquire(nowMs)) return;
    this.#options.emit({ event: "refused", commands: this.#commands - this.#reported });
    this.#reported = this.#commands;
    if (!this.#logNotice.acquire(nowMs)) return;
    this.#options.log.warning(
      `${this.#commands - this.#logged} commands were refused, the last from ${this.#lastSender}: ` +
        "it sends faster than commands can be kept for a renderer that joins; send slower, or lower UNDERSTUDY_OSC_RATE",
    );
    this.#logged = this.#commands;
  }
}
