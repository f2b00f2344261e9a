/**
 * What stands between the transports and the address space. A packet from a forbidden address is dropped unread; one of a
 * sender that sends too much, or too fast, is dropped and counted, and the sender is told; the others wait in a queue that
 * gives every sender its turn. The transports empty the system's buffer first and the queue is worked off in between, so a
 * flood costs a quiet sender little more than the reading of it. Main isolate.
 */
import { setImmediate } from "node:timers";
import type { AccessControl } from "./access_control.ts";
import { FairQueue } from "./fair_queue.ts";
import type { PacketHandler, PacketSender, Steps } from "../transport/intake.ts";
import { text } from "../packet/reply.ts";
import { TokenBucket } from "../../foundation/token_bucket.ts";
import { LruMap } from "../../foundation/lru_map.ts";

export interface AdmissionOptions {
  readonly access: AccessControl;
  /** Messages a second that a sender may send, and as many in one burst; 0: no limit. */
  readonly messagesPerSecond: number;
  /** Told now and then of what was dropped. */
  readonly onNotice: (text: string) => void;
  /** A monotonic clock in milliseconds. */
  readonly nowMs?: () => number;
  /** Calls the work when everything else that is due has had its turn. */
  readonly later?: (work: () => void) => void;
}

/** Bytes that count as one message where a bundle holds many: it is not read before it is let in. */
export const messageBytes = 32;

/** Senders that are remembered at once. */
const maxSenders = 1_024;

/** Senders never heard before that are let in each second: invented addresses must not push the known ones out. */
const newSendersPerSecond = 200;

/** Longest that the queue is worked off before others get their turn. */
const maxTurnMs = 1;

/** The clock is looked at after so many packets, because reading it costs a tenth of what a packet does. */
const looksApart = 8;

/** A sender is told of what was dropped, and the log of each kind of drop, this often. */
const tellSenderMs = 1_000;
const noticeMs = 10_000;

/** What waits in the queue: how a sender's packet is handled; one object for all of them, mostly. */
interface Waiting {
  readonly key: string;
  readonly handle: PacketHandler;
}

interface SenderState {
  readonly bucket: TokenBucket;
  waiting: Waiting;
  dropped: number;
  toldMs: number;
}

type Drop = "forbidden" | "rateLimited" | "queueFull" | "newSenders";

const dropTexts: Readonly<Record<Drop, string>> = {
  forbidden: "from addresses that are not allowed (UNDERSTUDY_OSC_ALLOW)",
  rateLimited: "above UNDERSTUDY_OSC_RATE",
  queueFull: "that came faster than they could be worked off",
  newSenders: `of new senders, more than ${newSendersPerSecond} of them a second`,
};

export class AdmissionControl {
  readonly #options: AdmissionOptions;
  readonly #nowMs: () => number;
  readonly #later: (work: () => void) => void;
  readonly #senders = new LruMap<string, SenderState>(maxSenders);
  readonly #newSenders: TokenBucket;
  readonly #queue = new FairQueue<Waiting>();
  /** Long packets that were begun, each by its sender, which has to wait for its next. */
  readonly #begun: { readonly key: string; readonly steps: Steps }[] = [];
  readonly #drops: Record<Drop, number> = { forbidden: 0, rateLimited: 0, queueFull: 0, newSenders: 0 };
  readonly #noticedMs = new Map<Drop, number>();
  #scheduled = false;

  constructor(options: AdmissionOptions) {
    this.#options = options;
    this.#nowMs = options.nowMs ?? (() => performance.now());
    this.#later = options.later ?? ((work) => void setImmediate(work));
    this.#newSenders = new TokenBucket(newSendersPerSecond, newSendersPerSecond, this.#nowMs());
  }

  /** Packets dropped since the start by reason, packets that wait, senders that are remembered. */
  get counts(): Readonly<Record<Drop | "waiting" | "senders", number>> {
    return { ...this.#drops, waiting: this.#queue.size, senders: this.#senders.size };
  }

  /**
   * Lets a packet in, or drops it.
   *
   * @param bytes are copied when they have to wait
   * @param handle reads the packet and does what it asks; must not throw
   */
  receive(bytes: Uint8Array, sender: PacketSender, handle: PacketHandler): void {
    const { access, messagesPerSecond } = this.#options;
    if (access.verdict(sender.hostname) === "forbidden") return this.#drop("forbidden", sender);
    const state = this.#senders.get(sender.key) ?? this.#welcome(sender, handle);
    if (!state) return this.#drop("newSenders", sender);
    const cost = Math.max(1, bytes.length / messageBytes);
    if (messagesPerSecond > 0 && !state.bucket.take(cost, this.#nowMs())) {
      return this.#refuse("rateLimited", sender, state);
    }
    if (state.waiting.handle !== handle) state.waiting = { key: sender.key, handle };
    if (!this.#queue.push(sender.key, state.waiting, bytes)) return this.#refuse("queueFull", sender, state);
    this.#schedule();
  }

  #welcome(sender: PacketSender, handle: PacketHandler): SenderState | undefined {
    const nowMs = this.#nowMs();
    if (!this.#newSenders.take(1, nowMs)) return undefined;
    const { messagesPerSecond } = this.#options;
    const burst = Math.max(messagesPerSecond, 65_536 / messageBytes); // the largest packet fits
    const state = {
      bucket: new TokenBucket(messagesPerSecond, burst, nowMs),
      waiting: { key: sender.key, handle },
      dropped: 0,
      toldMs: -Infinity,
    };
    this.#senders.set(sender.key, state);
    return state;
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#later(() => this.#work());
  }

  #work(): void {
    this.#scheduled = false;
    const endMs = this.#nowMs() + maxTurnMs;
    for (let done = 1; this.#step(); done++) {
      if ((this.#begun.length > 0 || done % looksApart === 0) && this.#nowMs() > endMs) break;
    }
    if (this.#queue.size > 0 || this.#begun.length > 0) this.#schedule();
  }

  /** One packet, and a little of a long one. Returns whether there was anything to do. */
  #step(): boolean {
    const long = this.#begun.shift();
    if (long) this.#goOn(long.key, long.steps);
    const taken = this.#queue.next();
    if (!taken) return long !== undefined;
    const { key, handle } = taken.item;
    const steps = handle(taken.bytes);
    if (steps) this.#goOn(key, steps);
    return true;
  }

  #goOn(key: string, steps: Steps): void {
    if (steps.next().done) return this.#queue.letGo(key);
    this.#queue.holdBack(key);
    this.#begun.push({ key, steps });
  }

  /** Drops, and tells the sender how many of its packets were, at most once a second. */
  #refuse(reason: "rateLimited" | "queueFull", sender: PacketSender, state: SenderState): void {
    const nowMs = this.#nowMs();
    this.#drop(reason, sender);
    state.dropped++;
    if (nowMs - state.toldMs < tellSenderMs) return;
    state.toldMs = nowMs;
    const { messagesPerSecond } = this.#options;
    const reasonText = reason === "rateLimited"
      ? `too fast: at most ${messagesPerSecond} messages a second`
      : "too fast: they come faster than they can be worked off";
    sender.reply({ address: "/dropped", args: [{ type: "i", value: state.dropped }, text(reasonText)] });
  }

  #drop(reason: Drop, sender: PacketSender): void {
    this.#drops[reason]++;
    const nowMs = this.#nowMs();
    if (nowMs - (this.#noticedMs.get(reason) ?? -Infinity) < noticeMs) return;
    this.#noticedMs.set(reason, nowMs);
    this.#options.onNotice(
      `OSC: ${this.#drops[reason]} packets dropped so far ${dropTexts[reason]}, the last from ${sender.key}`,
    );
  }
}
