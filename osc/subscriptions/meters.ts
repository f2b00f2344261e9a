/** Sends the output's peaks to those who asked, each at its own rate: `/meters ,ff...`, one float a channel. Main isolate. */
import type { EngineControl, Meter } from "../../engine/control/control.ts";
import type { PacketSender } from "../transport/intake.ts";
import { float } from "../packet/reply.ts";
import { Subscribers } from "./subscribers.ts";

/** Slower makes no meter, faster than a screen nobody sees. */
export const meterRates = { lowestHz: 0.5, highestHz: 60 } as const;

interface Subscription {
  readonly meter: Meter;
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

  /** Begins, or goes on at another rate. Throws MessageRefusedError when there are too many. */
  join(sender: PacketSender, rateHz: number): void {
    const meter = this.#engine.openMeter();
    const timer = setInterval(() => {
      if (this.#subscribers.size === 0) return; // has just run out
      sender.reply({ address: "/meters", args: meter.drain().map(float) });
    }, 1_000 / rateHz);
    this.#subscribers.join(sender, { meter, timer });
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
