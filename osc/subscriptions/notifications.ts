/** Sends the events of the engine, as `/event/...` messages, to senders that asked with `/notify 1`. Main isolate. */
import type { EngineControl } from "../../engine/control/control.ts";
import type { PacketSender } from "../packet/packet_sender.ts";
import { eventMessage } from "./event_message.ts";
import { Subscribers } from "./subscribers.ts";

export class Notifications {
  readonly #subscribers = new Subscribers<undefined>();
  readonly #stop: () => void;

  constructor(engine: EngineControl) {
    this.#stop = engine.observe((event) => {
      if (this.#subscribers.size === 0) return;
      const message = eventMessage(event, engine.instruments);
      if (message) { for (const { sender } of this.#subscribers.current()) sender.reply(message); }
    });
  }

  get size(): number {
    return this.#subscribers.size;
  }

  /** Keys of the subscribers. */
  get keys(): string[] {
    return this.#subscribers.current().map(({ sender }) => sender.key);
  }

  join(sender: PacketSender): void {
    this.#subscribers.join(sender, undefined);
  }

  leave(sender: PacketSender): void {
    this.#subscribers.leave(sender);
  }

  renew(sender: PacketSender): void {
    this.#subscribers.renew(sender);
  }

  stop(): void {
    this.#stop();
    this.#subscribers.end();
  }
}
