/** Sends the peaks of the output to subscribers, to each at its own rate: `/meters ,ff...`, one float per channel. Main isolate. */
import type { EngineControl, Meter } from "../../engine/control/control.ts";
import type { PacketSender } from "../packet/packet_sender.ts";
import { float } from "../packet/reply.ts";
import { Subscribers } from "./subscribers.ts";

/** A slower meter is of no use, and a screen shows no faster one. */
export const meterRates = { lowestHz: 0.5, highestHz: 60 } as const;

interface Subscription {
  readonly meter: Meter;
  readonly rateHz: number;
  readonly timer: ReturnType<typeof setInterval>;
}

export class Meters {
  readonly #engine: Pick<EngineControl, "openMeter">;
  readonly #subscribers = new Subscribers<Subscription>(({ meter, timer }) => {
    clearInterval(timer);
    meter.close();
  });

  constructor(engine: Pick<EngineControl, "openMeter">) {
    this.#engine = engine;
  }

  get size(): number {
    return this.#subscribers.size;
  }

  /** Keys of the subscribers, and the rate of each. */
  get rates(): [string, number][] {
    return this.#subscribers.current().map(({ sender, value }) => [sender.key, value.rateHz]);
  }

  /** Begins, or changes the rate. */
  join(sender: PacketSender, rateHz: number): void {
    const meter = this.#engine.openMeter();
    const timer = setInterval(() => {
      if (this.#subscribers.size === 0) return; // it has just expired
      sender.reply({ address: "/meters", args: meter.drain().map(float) });
    }, 1_000 / rateHz);
    this.#subscribers.join(sender, { meter, rateHz, timer });
  }

  leave(sender: PacketSender): void {
    this.#subscribers.leave(sender);
  }

  renew(sender: PacketSender): void {
    this.#subscribers.renew(sender);
  }

  stop(): void {
    this.#subscribers.end();
  }
}
