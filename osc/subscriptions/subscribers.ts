import { senderHost } from "../packet/sender_host.ts";
import type { PacketSender } from "../packet/packet_sender.ts";

/** A subscription ends this long after the last message of its sender, which may have gone without notice. */
export const subscriptionSeconds = 300;

/** Subscriptions of one kind at once: beyond, one of the host that has most gives way to a new one. */
export const maxSubscribers = 64;

interface Subscription<T> {
  readonly sender: PacketSender;
  readonly host: string;
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

  /**
   * Adds or replaces a sender's subscription. When there are too many others, the host that has most of them loses the one
   * whose sender was silent longest.
   */
  join(sender: PacketSender, value: T): void {
    this.#expire();
    if (!this.#byKey.has(sender.key) && this.#byKey.size >= maxSubscribers) this.#makeRoom();
    this.leave(sender);
    const untilMs = this.#nowMs() + subscriptionSeconds * 1_000;
    this.#byKey.set(sender.key, { sender, host: senderHost(sender.hostname), value, untilMs });
  }

  #makeRoom(): void {
    const held = [...Map.groupBy(this.#byKey.values(), ({ host }) => host).values()];
    const most = held.reduce((largest, each) => each.length > largest.length ? each : largest);
    const oldest = most.reduce((first, each) => each.untilMs < first.untilMs ? each : first);
    this.leave(oldest.sender);
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
