/**
 * Shares the room of the command log among senders: an entry is kept until no joiner can need it any more, so a sender that
 * sends without a break could fill the log, and every other sender would be refused. Main isolate.
 */
import { CommandRefusedError } from "../control/control.ts";
import type { CommandLog } from "./command_log.ts";

/** Part of the room that the others leave free which one sender may take: each further sender still finds some. */
const senderShare = 0.75;

/** Entries that are left for the engine's own: a new lookahead, another patch, an anchor with the values of all parameters. */
export const ownEntries = 1_024;

/** Entries of one sender without a gap. */
interface Run {
  start: number;
  end: number;
  readonly sender: string;
}

/** Knows of each entry that the log keeps who sent it. */
export class LogShare {
  readonly #log: CommandLog;
  /** In the order of the log; those before `#first` have been released. */
  #runs: Run[] = [];
  #first = 0;
  readonly #counts = new Map<string, number>();

  constructor(log: CommandLog) {
    this.#log = log;
  }

  /**
   * Checks that a sender may have further entries.
   *
   * @throws {CommandRefusedError} when it has its share already
   */
  require(count: number, sender: string): void {
    this.#release();
    const { room } = this.#log;
    const own = this.#counts.get(sender) ?? 0;
    const most = Math.floor(senderShare * (room + own - ownEntries));
    if (own + count > most) {
      throw new CommandRefusedError(
        `the command log is full for this sender: it keeps ${own} of its commands until every renderer has heard them, ` +
          `at most ${Math.max(0, most)} now; send slower`,
      );
    }
  }

  /** Accounts for entries that are about to be appended. */
  record(count: number, sender: string): void {
    const { head } = this.#log;
    this.#counts.set(sender, (this.#counts.get(sender) ?? 0) + count);
    const last = this.#runs.at(-1);
    if (last?.sender === sender && last.end === head) last.end = (head + count) | 0;
    else this.#runs.push({ start: head, end: (head + count) | 0, sender });
  }

  /** Forgets entries that the log has released. */
  #release(): void {
    const { kept } = this.#log;
    for (; this.#first < this.#runs.length; this.#first++) {
      const run = this.#runs[this.#first];
      const released = Math.min((kept - run.start) | 0, (run.end - run.start) | 0);
      if (released <= 0) break;
      const left = this.#counts.get(run.sender)! - released;
      if (left === 0) this.#counts.delete(run.sender);
      else this.#counts.set(run.sender, left);
      run.start = (run.start + released) | 0;
      if (run.start !== run.end) break;
    }
    if (this.#first < 64 || this.#first < this.#runs.length / 2) return;
    this.#runs = this.#runs.slice(this.#first);
    this.#first = 0;
  }
}
