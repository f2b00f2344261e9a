import { LruMap } from "../../foundation/lru_map.ts";
import { Notice } from "../../foundation/notice.ts";
import { printable } from "../../foundation/printable.ts";
import { TokenBucket } from "../../foundation/token_bucket.ts";

/** Lines of one sender, and of all, at most: a fader that is refused sends a hundred messages a second. */
const senderMs = 1_000;
const linesPerSecond = 10;

/** Senders, and reasons that are written once, that are remembered. */
const maxSenders = 1_024;
const maxReasons = 256;

export interface RefusalLogOptions {
  /** Gets a line for the log. */
  readonly onLine: (line: string) => void;
  /** A monotonic clock in milliseconds. */
  readonly nowMs: () => number;
}

/**
 * Messages that were refused, as lines for the log: many senders show no answers, and their users would learn nothing. The
 * first refusal of a sender is written at once, later ones once a second with the number of those between. Main isolate.
 */
export class RefusalLog {
  readonly #onLine: (line: string) => void;
  readonly #nowMs: () => number;
  readonly #senders = new LruMap<string, { readonly notice: Notice; unwritten: number }>(maxSenders);
  readonly #lines: TokenBucket;
  readonly #reasons = new LruMap<string, true>(maxReasons);
  #count = 0;

  constructor({ onLine, nowMs }: RefusalLogOptions) {
    this.#onLine = onLine;
    this.#nowMs = nowMs;
    this.#lines = new TokenBucket(linesPerSecond, linesPerSecond, nowMs());
  }

  /** Messages refused since the start. */
  get count(): number {
    return this.#count;
  }

  /**
   * Counts a refused message, and writes it if its sender has not been written about just now.
   *
   * @param key of its sender
   * @param describe the message and the reason; called only when it is written
   */
  refuse(key: string, describe: () => string): void {
    this.#count++;
    this.mention(key, describe);
  }

  /** As {@link RefusalLog.refuse}, for senders that repeat themselves and hear no answer: each reason is written once. */
  refuseOnce(key: string, reason: string, describe: () => string): void {
    this.#count++;
    if (this.#reasons.get(reason)) return;
    this.#reasons.set(reason, true);
    this.mention(key, describe);
  }

  /** Writes about a message that was carried out, as rarely as about refusals. */
  mention(key: string, describe: () => string): void {
    const nowMs = this.#nowMs();
    let sender = this.#senders.get(key);
    if (!sender) this.#senders.set(key, sender = { notice: new Notice(senderMs), unwritten: 0 });
    if (!sender.notice.acquire(nowMs) || !this.#lines.spend(1, nowMs)) {
      sender.unwritten++;
      return;
    }
    const between = sender.unwritten === 0 ? "" : ` (${sender.unwritten} more since the last line)`;
    sender.unwritten = 0;
    this.#onLine(printable(`OSC from ${describe()}${between}`));
  }
}
