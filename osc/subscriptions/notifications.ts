/** Tells those who asked with `/notify 1` what happens in the engine, as `/event/...` messages. Main isolate. */
import type { EngineControl, EngineEvent } from "../../engine/control/control.ts";
import type { PacketSender } from "../packet/packet_sender.ts";
import { float, scalar, text } from "../packet/reply.ts";
import type { OscMessage } from "../packet/packet.ts";
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

  /** Throws MessageRefusedError when too many listen already. */
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

/** How an event is told; undefined for values of parameters, which are many and can be asked for. */
export function eventMessage(event: EngineEvent, instruments: readonly string[]): OscMessage | undefined {
  const message = (...args: OscMessage["args"]) => ({ address: `/event/${event.event}`, args });
  switch (event.event) {
    case "fault":
      return message(text(event.role), scalar(event.rendererId), text(event.cause), scalar(event.block | 0));
    case "role":
      return message(text(event.role), scalar(event.rendererId));
    case "lockstep":
      return message(scalar(event.renderers), float(event.afterMs));
    case "alone":
    case "overload":
      return message();
    case "quarantine":
      return message(scalar(event.commands));
    case "device":
      return message(text(event.state), text(event.device));
    case "patch":
      return message(text(event.patch));
    case "noteEnd":
      return {
        address: "/event/note/end",
        args: [text(instruments[event.instrument] ?? ""), scalar(event.id)],
      };
    case "silent":
      return message(text(instruments[event.instrument] ?? ""));
    case "parameter":
      return undefined;
  }
}
