/**
 * Sends the messages that come in and go out to senders that asked with `/monitor 1`, as `/monitor.reply` with direction, peer,
 * address and arguments. Each gets a limited number a second and is told how many it missed: a monitor must not cost more than what
 * it shows. Main isolate.
 */
import { TokenBucket } from "../../foundation/token_bucket.ts";
import type { OscArgument, OscMessage } from "../packet/packet.ts";
import type { PacketSender } from "../packet/packet_sender.ts";
import { scalar, text } from "../packet/reply.ts";
import { Subscribers } from "./subscribers.ts";

/** A message as it went in or out. */
interface Passing {
  readonly direction: "in" | "out";
  readonly message: OscMessage;
  /** The key of the sender that it came from, or goes to. */
  readonly peer: string;
}

export interface MonitorsOptions {
  /** Calls the observer for each message until the function that it returns is called. */
  readonly observe: (observer: (passing: Passing) => void) => () => void;
  /** Whether a message has a method: of others only the numbers are shown, because a text may be a secret sent to a wrong address. */
  readonly isKnown: (address: string) => boolean;
  readonly nowMs?: () => number;
}

/** Messages a second that one monitor gets, and at once. */
export const monitoredPerSecond = 2_000;

/** A sender that watches, and what it missed. */
interface Watcher {
  readonly bucket: TokenBucket;
  missed: number;
}

export class Monitors {
  readonly #options: MonitorsOptions;
  readonly #nowMs: () => number;
  readonly #subscribers: Subscribers<Watcher>;
  #stop: (() => void) | undefined;

  constructor(options: MonitorsOptions) {
    this.#options = options;
    this.#nowMs = options.nowMs ?? (() => performance.now());
    this.#subscribers = new Subscribers<Watcher>(undefined, this.#nowMs);
  }

  join(sender: PacketSender): void {
    const bucket = new TokenBucket(monitoredPerSecond, monitoredPerSecond, this.#nowMs());
    // one that says it again goes on as it was
    this.#subscribers.join(sender, this.#subscribers.valueOf(sender) ?? { bucket, missed: 0 });
    this.#stop ??= this.#options.observe((passing) => this.#show(passing));
  }

  leave(sender: PacketSender): void {
    this.#subscribers.leave(sender);
  }

  renew(sender: PacketSender): void {
    this.#subscribers.renew(sender);
  }

  stop(): void {
    this.#stop?.();
    this.#stop = undefined;
    this.#subscribers.end();
  }

  #show({ direction, message, peer }: Passing): void {
    const { address } = message;
    if (this.#subscribers.size === 0) return this.stop();
    // to show what goes to a monitor would make more of it
    if (address === "/monitor.reply") return;
    const shown: OscMessage = {
      address: "/monitor.reply",
      args: [direction, peer, address].map(text).concat(this.#shownArguments(message, direction)),
    };
    const nowMs = this.#nowMs();
    for (const { sender, value: watcher } of this.#subscribers.current()) {
      if (!watcher.bucket.spend(1, nowMs)) {
        watcher.missed++;
        continue;
      }
      if (watcher.missed > 0) {
        sender.reply({ address: "/monitor.reply", args: [text("missed"), scalar(watcher.missed)] });
        watcher.missed = 0;
      }
      sender.reply(shown);
    }
  }

  #shownArguments({ address, args }: OscMessage, direction: Passing["direction"]): readonly OscArgument[] {
    if (address.split("/", 2)[1] === "login") return [text("(not shown)")];
    if (direction === "out" || this.#options.isKnown(address)) return args;
    return args.map((arg) => "value" in arg && typeof arg.value !== "number" ? text("(text)") : arg);
  }
}
