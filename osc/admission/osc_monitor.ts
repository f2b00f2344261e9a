import { isBundle, type OscBundle, type OscMessage } from "../packet/packet.ts";

/** A message as it went in or out. */
export interface MonitoredMessage {
  readonly direction: "in" | "out";
  readonly message: OscMessage;
  /** The key of the sender that it came from, or goes to. */
  readonly peer: string;
}

/**
 * Shows every message that is let in, whatever becomes of it, and every one that goes out to a sender. Without observers it costs one
 * look. Main isolate.
 */
export class OscMonitor {
  readonly #observers = new Set<(monitored: MonitoredMessage) => void>();

  /** Returns a function that ends it. The observer may not throw, and may not keep the message's bytes. */
  observe(observer: (monitored: MonitoredMessage) => void): () => void {
    const own = (monitored: MonitoredMessage) => observer(monitored);
    this.#observers.add(own);
    return () => void this.#observers.delete(own);
  }

  received(packet: OscMessage | OscBundle, peer: string): void {
    if (this.#observers.size === 0) return;
    if (isBundle(packet)) return packet.elements.forEach((element) => this.received(element, peer));
    this.#notify({ direction: "in", message: packet, peer });
  }

  sent(message: OscMessage, peer: string): void {
    if (this.#observers.size > 0) this.#notify({ direction: "out", message, peer });
  }

  #notify(monitored: MonitoredMessage): void {
    for (const observer of this.#observers) observer(monitored);
  }
}
