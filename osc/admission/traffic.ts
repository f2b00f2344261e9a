/**
 * Counts the packets of all transports that were not carried out, by reason, and reports each reason to the log from time
 * to time. Main isolate.
 */
import { Notice } from "../../foundation/notice.ts";

/** Senders that were silent so far may arrive at this rate; see {@link losses}. */
export const newSendersPerSecond = 200;

/**
 * Reasons why a packet, an answer or a client was lost, and the least interval between two notices of each in
 * milliseconds. The drops of admission come in floods, so they are reported less often.
 */
const losses = {
  /** Packets that are not OSC, and commands over WebSockets that are not OSCQuery. */
  malformed: 1_000,
  /** Datagrams that the system dropped before they were read. */
  dropped: 1_000,
  /** Answers that could not be sent. */
  replies: 1_000,
  /** Answers to addresses that may be forged, beyond a few times what they sent. */
  held: 10_000,
  /** Answers of engines, and packets from this engine's own address, which are neither obeyed nor answered. */
  ignored: 10_000,
  /** Errors of the network, and defects of this program. */
  failed: 1_000,
  /** Clients that were turned away. */
  refused: 1_000,
  /** Packets from addresses that are not allowed. */
  forbidden: 10_000,
  /** Packets above the rate that a sender may have. */
  rateLimited: 10_000,
  /** Packets that found the queue full. */
  queueFull: 10_000,
  /** Packets of new senders, above {@link newSendersPerSecond}. */
  newSenders: 10_000,
} as const;

/** Reasons that take nothing from a client that keeps to the rules. */
const harmless: readonly Loss[] = ["malformed", "forbidden", "ignored", "held"];

export type Loss = keyof typeof losses;

export interface TrafficOptions {
  /** Gets a sentence for the log, and whether something was lost that a client has sent or waits for. */
  readonly onNotice: (text: string, isLoss: boolean) => void;
  /** A monotonic clock in milliseconds. */
  readonly nowMs?: () => number;
}

/** One for all transports of an engine. */
export class Traffic {
  readonly #onNotice: TrafficOptions["onNotice"];
  readonly #nowMs: () => number;
  readonly #counts: Record<Loss, number>;
  readonly #notices: Readonly<Record<Loss, Notice>>;

  constructor({ onNotice, nowMs = () => performance.now() }: TrafficOptions) {
    this.#onNotice = onNotice;
    this.#nowMs = nowMs;
    this.#counts = forEachLoss(() => 0);
    this.#notices = forEachLoss((intervalMs) => new Notice(intervalMs));
  }

  /** Losses since the start, by reason. */
  get counts(): Readonly<Record<Loss, number>> {
    return this.#counts;
  }

  /**
   * Counts a loss, and reports it when the last notice of the same reason is long enough ago.
   *
   * @param describe the sentence for the log, without its end; called only when it is used
   */
  record(loss: Loss, describe: () => string, count = 1): void {
    this.#counts[loss] += count;
    if (this.#notices[loss].acquire(this.#nowMs())) {
      this.#onNotice(`${describe()} (${this.#counts[loss]} so far)`, !harmless.includes(loss));
    }
  }
}

function forEachLoss<T>(make: (intervalMs: number) => T): Record<Loss, T> {
  return Object.fromEntries(
    Object.entries(losses).map(([loss, intervalMs]) => [loss, make(intervalMs)]),
  ) as Record<Loss, T>;
}
