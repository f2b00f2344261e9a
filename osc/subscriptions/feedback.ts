/**
 * Values for control surfaces: a sender that asks with `/feedback 1` gets the value of each parameter, with the parameter's
 * own address, when it changes, by the rules of {@link ValueEcho}: only the newest value, at most sixty times a second, and
 * no value that the surface has sent itself. So faders follow each other, and no echo circles. Main isolate.
 */
import type { EngineControl } from "../../engine/control/control.ts";
import type { PacketSender } from "../packet/packet_sender.ts";
import type { OscBundle, OscMessage } from "../packet/packet.ts";
import { Subscribers } from "./subscribers.ts";
import { ValueEcho } from "./value_echo.ts";

/** Shortest time between two passes over the subscribers. */
const flushMs = 1_000 / 60;

type Values = Pick<EngineControl, "parameters" | "parameterValue" | "observe">;

export class Feedback {
  readonly #engine: Values;
  readonly #subscribers = new Subscribers<ValueEcho>();
  readonly #stop: () => void;
  #indexes: ReadonlyMap<string, number>;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(engine: Values) {
    this.#engine = engine;
    this.#indexes = indexesOf(engine);
    this.#stop = engine.observe((event) => {
      if (event.event === "parameter") this.#touch(`/${engine.parameters[event.parameter].address}`);
      if (event.event === "patch") this.#followPatch();
    });
  }

  get size(): number {
    return this.#subscribers.size;
  }

  /** Keys of the subscribers. */
  get keys(): string[] {
    return this.#subscribers.current().map(({ sender }) => sender.key);
  }

  /** Begins with the value of every parameter. */
  join(sender: PacketSender): void {
    const echo = new ValueEcho();
    for (const address of this.#indexes.keys()) echo.follow(address);
    this.#subscribers.join(sender, echo);
    this.#schedule();
  }

  leave(sender: PacketSender): void {
    this.#subscribers.leave(sender);
  }

  /** Records the values in a packet of this sender as known to it. Called before the packet is carried out. */
  heard(sender: PacketSender, packet: OscMessage | OscBundle): void {
    this.#subscribers.renew(sender);
    if (this.#subscribers.valueOf(sender)?.heard(packet)) this.#schedule();
  }

  stop(): void {
    this.#stop();
    clearTimeout(this.#timer);
    this.#subscribers.end();
  }

  #touch(address: string): void {
    for (const { value: echo } of this.#subscribers.current()) if (echo.touch(address)) this.#schedule();
  }

  #followPatch(): void {
    this.#indexes = indexesOf(this.#engine);
    for (const { value: echo } of this.#subscribers.current()) {
      echo.keepOnly((address) => this.#indexes.has(address));
      for (const address of this.#indexes.keys()) {
        if (echo.follows(address)) echo.touch(address);
        else echo.follow(address);
      }
    }
    this.#schedule();
  }

  #schedule(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      const valueOf = (address: string) => this.#engine.parameterValue(this.#indexes.get(address)!) ?? NaN;
      for (const { sender, value: echo } of this.#subscribers.current()) {
        echo.flush(valueOf, (message) => sender.reply(message));
      }
    }, flushMs);
  }
}

function indexesOf({ parameters }: Values): ReadonlyMap<string, number> {
  return new Map(parameters.map(({ address }, index) => [`/${address}`, index]));
}
