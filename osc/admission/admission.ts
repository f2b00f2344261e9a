/**
 * The one way in for packets, whatever transport they came by. A packet from a forbidden address is dropped unread; one of
 * a sender that sends too much, or too fast, is dropped and counted, and the sender is told; the others wait in a queue that
 * gives every sender its turn, and are read and carried out a little at a time. Transports read first and the queue is worked
 * off in between, so a flood costs a quiet sender little more than the reading of it. Main isolate.
 */
import { setImmediate } from "node:timers";
import { LruMap } from "../../foundation/lru_map.ts";
import { Notice } from "../../foundation/notice.ts";
import { TokenBucket } from "../../foundation/token_bucket.ts";
import { decodePacket, OscMalformedError } from "../packet/codec.ts";
import type { PacketSender } from "../packet/packet_sender.ts";
import { text } from "../packet/reply.ts";
import type { AccessControl } from "./access_control.ts";
import { FairQueue } from "./fair_queue.ts";
import type { PacketTarget, Steps } from "./packet_target.ts";
import { type Loss, newSendersPerSecond, Traffic } from "./traffic.ts";

export interface AdmissionOptions {
  readonly access: AccessControl;
  /** Messages a second that a sender may send, and as many in one burst; 0: no limit. */
  readonly messagesPerSecond: number;
  /** Carries out the packets that are let in. */
  readonly target: PacketTarget;
  /** Gets a sentence for the log about what was lost, now and then. */
  readonly onNotice: (text: string) => void;
  /** A monotonic clock in milliseconds. */
  readonly nowMs?: () => number;
  /** Runs the work after everything else that is due. */
  readonly later?: (work: () => void) => void;
}

/** Bytes of a bundle that count as one message: a bundle is not read before it is let in. */
const messageBytes = 32;

/** The largest packet of any transport in bytes, rounded up. */
const maxPacketBytes = 65_536;

/** Senders that are remembered at once. */
const maxSenders = 1_024;

/** Longest turn of work on the queue before the event loop runs again. */
const maxTurnMs = 1;

/** Reading the clock costs a tenth of what a short packet does, so it is read once in this many packets. */
const packetsPerClockRead = 8;

/** A sender that loses packets is told at most this often. */
const senderNoticeMs = 1_000;

interface SenderState {
  readonly bucket: TokenBucket;
  readonly notice: Notice;
  dropped: number;
}

/** A packet that takes several turns. Its sender's next packet waits until it is done. */
interface LongPacket {
  readonly sender: PacketSender;
  readonly steps: Steps;
}

export class AdmissionControl {
  /** Losses of all transports; the transports record theirs here. */
  readonly traffic: Traffic;
  readonly #access: AccessControl;
  readonly #target: PacketTarget;
  readonly #messagesPerSecond: number;
  readonly #nowMs: () => number;
  readonly #later: (work: () => void) => void;
  readonly #senders = new LruMap<string, SenderState>(maxSenders);
  readonly #newSenders: TokenBucket;
  readonly #queue = new FairQueue<PacketSender>();
  readonly #longPackets: LongPacket[] = [];
  #packets = 0;
  #scheduled = false;

  constructor(options: AdmissionOptions) {
    const { access, target, messagesPerSecond, onNotice, nowMs = () => performance.now() } = options;
    this.traffic = new Traffic({ onNotice, nowMs });
    this.#access = access;
    this.#target = target;
    this.#messagesPerSecond = messagesPerSecond;
    this.#nowMs = nowMs;
    this.#later = options.later ?? ((work) => void setImmediate(work));
    this.#newSenders = new TokenBucket(newSendersPerSecond, newSendersPerSecond, nowMs());
  }

  /** Packets received since the start, losses by reason, packets that wait now, and senders that are remembered now. */
  get counts(): Readonly<Record<Loss | "packets" | "waiting" | "senders", number>> {
    return {
      packets: this.#packets,
      ...this.traffic.counts,
      waiting: this.#queue.size,
      senders: this.#senders.size,
    };
  }

  /**
   * Lets a packet in, or drops it. Returns before the packet is carried out, and never throws.
   *
   * @param bytes one packet; copied, so the caller may use the buffer again
   */
  receive(bytes: Uint8Array, sender: PacketSender): void {
    this.#packets++;
    if (this.#access.verdict(sender.hostname) === "forbidden") {
      return this.#drop(
        "forbidden",
        sender,
        "from addresses that are not allowed (UNDERSTUDY_OSC_ALLOW)",
      );
    }
    const state = this.#senders.get(sender.key) ?? this.#addSender(sender);
    if (!state) {
      return this.#drop("newSenders", sender, `of new senders, more than ${newSendersPerSecond} a second`);
    }
    const cost = Math.max(1, bytes.length / messageBytes);
    if (this.#messagesPerSecond > 0 && !state.bucket.spend(cost, this.#nowMs())) {
      this.#drop("rateLimited", sender, "above UNDERSTUDY_OSC_RATE");
      return this.#tell(sender, state, `too fast: at most ${this.#messagesPerSecond} messages a second`);
    }
    if (!this.#queue.push(sender.key, sender, bytes)) {
      this.#drop("queueFull", sender, "because the queue was full");
      return this.#tell(sender, state, "too fast: they come faster than they can be worked off");
    }
    this.#schedule();
  }

  #addSender({ key }: PacketSender): SenderState | undefined {
    const nowMs = this.#nowMs();
    if (!this.#newSenders.spend(1, nowMs)) return undefined;
    const burst = Math.max(this.#messagesPerSecond, maxPacketBytes / messageBytes); // the largest packet fits
    const bucket = new TokenBucket(this.#messagesPerSecond, burst, nowMs);
    const state = { bucket, notice: new Notice(senderNoticeMs), dropped: 0 };
    this.#senders.set(key, state);
    return state;
  }

  #drop(loss: Loss, { key }: PacketSender, why: string): void {
    this.traffic.record(loss, () => `OSC: packets dropped ${why}, the last from ${key}`);
  }

  /** Tells a sender how many of its packets were dropped so far, at most once a second. */
  #tell(sender: PacketSender, state: SenderState, why: string): void {
    state.dropped++;
    if (!state.notice.acquire(this.#nowMs())) return;
    sender.reply({ address: "/dropped", args: [{ type: "i", value: state.dropped }, text(why)] });
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
      const isClockDue = this.#longPackets.length > 0 || done % packetsPerClockRead === 0;
      if (isClockDue && this.#nowMs() > endMs) break;
    }
    if (this.#queue.size > 0 || this.#longPackets.length > 0) this.#schedule();
  }

  /** Does one step of a long packet and begins one waiting packet. Returns whether there was anything to do. */
  #step(): boolean {
    const long = this.#longPackets.shift();
    if (long) this.#advance(long);
    const next = this.#queue.shift();
    if (!next) return long !== undefined;
    const { item: sender, bytes } = next;
    const steps = this.#begin(bytes, sender);
    if (steps) this.#advance({ sender, steps });
    return true;
  }

  #begin(bytes: Uint8Array, sender: PacketSender): Steps | void {
    try {
      const packet = decodePacket(bytes, (error) => this.#fail(error, sender));
      sender.onRead?.(packet);
      return this.#target.begin(packet, sender);
    } catch (error) {
      this.#fail(error, sender);
    }
  }

  #advance(long: LongPacket): void {
    const { sender, steps } = long;
    let done: boolean | undefined = true;
    try {
      done = steps.next().done;
    } catch (error) {
      this.#fail(error, sender);
    }
    if (done) return this.#queue.resume(sender.key);
    this.#queue.suspend(sender.key);
    this.#longPackets.push(long);
  }

  #fail(error: unknown, { key }: PacketSender): void {
    if (error instanceof OscMalformedError) {
      this.traffic.record("malformed", () => `malformed OSC packet from ${key}: ${error.message}`);
    } else this.traffic.record("failed", () => `OSC: ${String(error)}`);
  }
}
