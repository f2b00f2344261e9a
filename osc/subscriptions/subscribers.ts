import { MessageRefusedError } from "../packet/arguments.ts";
import type { PacketSender } from "../packet/packet_sender.ts";

/** A subscription ends this long after the last message of its sender, which may have gone without notice. */
export const subscriptionSeconds = 300;

/** Subscriptions of one kind at once. */
export const maxSubscribers = 64;

interface Subscription<T> {
  readonly sender: PacketSender;
  readonly value: T;
  untilMs: number;
}

/**
 * Senders that have subscribed to something, and when each subscription ends: any message of the sender renews it. Bounded,
 * because UDP senders neither say goodbye nor prove their address. Main isolate.
 */
export class Subscribers<T> {
  readonly #byKey = new Map<string, Subscription<T>>();
  readonly #nowMs: () => number;
  readonly #onEnd: (value: T) => void;

  /** @param onEnd called for every subscription that was left or replaced, or has expired */
  constructor(onEnd: (value: T) => void = () => {}, nowMs: () => number = () => performance.now()) {
    this.#onEnd = onEnd;
    this.#nowMs = nowMs;
  }

  get size(): number {
    this.#expire();
    return this.#byKey.size;
  }

  /** Adds or replaces a sender's subscription. Throws {@link MessageRefusedError} when there are too many others. */
  join(sender: PacketSender, value: T): void {
    this.#expire();
    if (!this.#byKey.has(sender.key) && this.#byKey.size >= maxSubscribers) {
      this.#onEnd(value);
      throw new MessageRefusedError(
        `${maxSubscribers} senders have subscribed already; try again when one has left`,
      );
    }
    this.leave(sender);
    const untilMs = this.#nowMs() + subscriptionSeconds * 1_000;
    this.#byKey.set(sender.key, { sender, value, untilMs });
  }

  leave(sender: PacketSender): void {
    const subscription = this.#byKey.get(sender.key);
    if (!subscription) return;
    this.#byKey.delete(sender.key);
    this.#onEnd(subscription.value);
  }

  /** The value of a sender's subscription; undefined when it has none. */
  valueOf(sender: PacketSender): T | undefined {
    return this.#byKey.get(sender.key)?.value;
  }

  /** Extends the subscription of a sender, because a message of it was received. */
  renew(sender: PacketSender): void {
    if (this.#byKey.size === 0) return;
    const subscription = this.#byKey.get(sender.key);
    if (subscription) subscription.untilMs = this.#nowMs() + subscriptionSeconds * 1_000;
  }

  /** All subscriptions that have not expired. */
  current(): { readonly sender: PacketSender; readonly value: T }[] {
    this.#expire();
    return [...this.#byKey.values()];
  }

  /** Ends all subscriptions. */
  end(): void {
    for (const { sender } of [...this.#byKey.values()]) this.leave(sender);
  }

  #expire(): void {
    if (this.#byKey.size === 0) return;
    const nowMs = this.#nowMs();
    for (const { sender, untilMs } of [...this.#byKey.values()]) if (untilMs < nowMs) this.leave(sender);
  }
}
