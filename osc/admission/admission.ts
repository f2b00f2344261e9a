/**
 * The one way in for packets, whatever transport they came by. A packet from a forbidden address is dropped unread; one of
 * a sender that sends too much, or too fast, is dropped and counted, and the sender is told; the others wait in a queue that
 * gives every host and every sender its turn, and are read and carried out a little at a time. What a packet turns out to cost,
 * in answers, bytes and time, is charged to its sender and its host. Transports read first and the queue is worked off in
 * between, so a flood costs a quiet sender little more than the reading of it. Main isolate.
 */
import { setImmediate } from "node:timers";
import { LruMap } from "../../foundation/lru_map.ts";
import { TokenBucket } from "../../foundation/token_bucket.ts";
import { decodePacket, OscMalformedError } from "../packet/codec.ts";
import type { PacketSender } from "../packet/packet_sender.ts";
import { withoutAnswers } from "../packet/engine_answer.ts";
import { text } from "../packet/reply.ts";
import { senderHost } from "../packet/sender_host.ts";
import type { AccessControl } from "./access_control.ts";
import { FairQueue } from "./fair_queue.ts";
import { HostAccount } from "./host_account.ts";
import { OscMonitor } from "./osc_monitor.ts";
import type { PacketTarget, Steps } from "./packet_target.ts";
import { SenderAccount } from "./sender_account.ts";
import { type Loss, newSendersPerSecond, Traffic } from "./traffic.ts";

export interface AdmissionOptions {
  readonly access: AccessControl;
  /** Messages a second that a sender may send, and as many in one burst; 0: no limit. */
  readonly messagesPerSecond: number;
  /** Carries out the packets that are let in. */
  readonly target: PacketTarget;
  /** Gets a sentence for the log about what was lost, now and then; see `TrafficOptions`. */
  readonly onNotice: (text: string, isLoss: boolean) => void;
  /** A monotonic clock in milliseconds. */
  readonly nowMs?: () => number;
  /** Runs the work after everything else that is due. */
  readonly later?: (work: () => void) => void;
}

/** Bytes of a bundle that count as one message: a bundle is not read before it is let in. */
const messageBytes = 32;

/** Messages that a millisecond of work on a question counts as. */
const questionsPerMs = 100;

/** While a host sends more than it may, each of its senders may send this part of its rate, and so many messages at once. */
const reserveShare = 0.05;
const reserveBurst = 256;

/** The largest packet of any transport in bytes, rounded up. */
const maxPacketBytes = 65_536;

/** Senders that are remembered at once. */
const maxSenders = 1_024;

/** Longest turn of work on the queue before the event loop runs again. */
const maxTurnMs = 1;

/** A packet that takes several turns. Its sender's next packet waits until it is done. */
interface LongPacket {
  readonly account: SenderAccount;
  readonly steps: Steps;
}

export class AdmissionControl {
  /** Losses of all transports; the transports record theirs here. */
  readonly traffic: Traffic;
  /** Shows the messages that are let in, and those that go out. */
  readonly monitor = new OscMonitor();
  readonly #access: AccessControl;
  readonly #target: PacketTarget;
  readonly #messagesPerSecond: number;
  readonly #nowMs: () => number;
  readonly #later: (work: () => void) => void;
  readonly #senders = new LruMap<string, SenderAccount>(maxSenders);
  readonly #hosts = new LruMap<string, HostAccount>(maxSenders);
  readonly #burst: number;
  readonly #newSenders: TokenBucket;
  readonly #queue = new FairQueue<SenderAccount>();
  readonly #longPackets: LongPacket[] = [];
  /** Whether a long packet goes on next, before another one begins. */
  #isLongNext = true;
  #packets = 0;
  #scheduled = false;

  constructor(options: AdmissionOptions) {
    const { access, target, messagesPerSecond, onNotice, nowMs = () => performance.now() } = options;
    this.traffic = new Traffic({ onNotice, nowMs });
    this.#access = access;
    this.#target = target;
    this.#messagesPerSecond = messagesPerSecond;
    this.#burst = Math.max(messagesPerSecond, maxPacketBytes / messageBytes); // the largest packet fits
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
    const account = this.#admit(sender, bytes.length);
    if (!account) return;
    if (!this.#queue.push(sender.key, account, bytes, senderHost(sender.hostname))) {
      this.#drop("queueFull", sender, "because the queue was full");
      return this.#tell(account, "too fast: they come faster than they can be worked off");
    }
    this.#schedule();
  }

  /**
   * Charges a sender with a message that is no packet of OSC, and that is carried out at once. Returns whether it may be.
   *
   * @param bytes its size
   */
  acquire(sender: PacketSender, bytes: number): boolean {
    return this.#admit(sender, bytes) !== undefined;
  }

  /** Whether a host may ask a question that is no message. */
  admits(host: string): boolean {
    return this.#hostOf(host).isWithinRate(this.#nowMs());
  }

  /** Answers a question that is no message, and charges the host with the time that it takes. */
  measure<T>(host: string, answer: () => T): T {
    const startMs = this.#nowMs();
    const answered = answer();
    const nowMs = this.#nowMs();
    this.#hostOf(host).charge(Math.max(1, (nowMs - startMs) * questionsPerMs), nowMs);
    return answered;
  }

  /** The account of a sender that may send a packet of this size now; undefined where it was dropped. */
  #admit(sender: PacketSender, bytes: number): SenderAccount | undefined {
    const nowMs = this.#nowMs();
    const account = this.#senders.get(sender.key) ?? this.#addSender(sender, nowMs);
    if (!account) {
      return void this.#drop(
        "newSenders",
        sender,
        `of new senders, more than ${newSendersPerSecond} a second`,
      );
    }
    account.from = sender;
    const { host, bucket } = account;
    const cost = costOf(bytes);
    if (this.#messagesPerSecond > 0) {
      host.charge(cost, nowMs);
      if (!bucket.spend(cost, nowMs)) {
        this.#drop("rateLimited", sender, "above UNDERSTUDY_OSC_RATE");
        return void this.#tell(account, `too fast: at most ${this.#messagesPerSecond} messages a second`);
      }
      if (!host.isWithinRate(nowMs) && !account.reserve.spend(cost, nowMs)) {
        this.#drop("rateLimited", sender, "of a host whose senders together send more than four may");
        return void this.#tell(account, "too fast: other senders of this host use up what it may send");
      }
    }
    host.heard(bytes);
    return account;
  }

  #addSender(from: PacketSender, nowMs: number): SenderAccount | undefined {
    if (!this.#newSenders.spend(1, nowMs)) return undefined;
    const account = new SenderAccount({
      from,
      host: this.#hostOf(senderHost(from.hostname)),
      bucket: new TokenBucket(this.#messagesPerSecond, this.#burst, nowMs),
      reserve: new TokenBucket(this.#messagesPerSecond * reserveShare, reserveBurst, nowMs),
      mayAnswer: (to, bytes) => this.#mayAnswer(to, bytes),
      onReply: (message, key) => this.monitor.sent(message, key),
    });
    this.#senders.set(from.key, account);
    return account;
  }

  #hostOf(name: string): HostAccount {
    const known = this.#hosts.get(name);
    if (known) return known;
    const account = new HostAccount({
      messagesPerSecond: this.#messagesPerSecond,
      burst: this.#burst,
      allowance: this.#access.answerAllowance,
      nowMs: this.#nowMs(),
    });
    this.#hosts.set(name, account);
    return account;
  }

  /** An address that may be forged gets little more than it sends: it may be that of somebody who has not asked. */
  #mayAnswer(account: SenderAccount, bytes: number): boolean {
    if (this.#access.isTrusted(account) || account.host.mayAnswer(bytes, this.#nowMs())) return true;
    this.traffic.record(
      "held",
      () => `OSC: answers to ${account.key} left out, they are many times what it sent; log in, or use TCP`,
    );
    return false;
  }

  #drop(loss: Loss, { key }: PacketSender, why: string): void {
    this.traffic.record(loss, () => `OSC: packets dropped ${why}, the last from ${key}`);
  }

  /** Tells a sender how many of its packets were dropped so far, at most once a second. */
  #tell(account: SenderAccount, why: string): void {
    account.dropped++;
    if (!account.notice.acquire(this.#nowMs())) return;
    account.reply({ address: "/dropped", args: [{ type: "i", value: account.dropped }, text(why)] });
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#later(() => this.#work());
  }

  #work(): void {
    this.#scheduled = false;
    let startMs = this.#nowMs();
    const endMs = startMs + maxTurnMs;
    for (let account = this.#step(); account; account = this.#step()) {
      const nowMs = this.#nowMs();
      this.#charge(account, nowMs - startMs, nowMs);
      startMs = nowMs;
      if (nowMs > endMs) break;
    }
    if (this.#queue.size > 0 || this.#longPackets.length > 0) this.#schedule();
  }

  /** Does one step of a long packet, or begins one that waits, by turns. Returns whose it was. */
  #step(): SenderAccount | undefined {
    this.#isLongNext = !this.#isLongNext;
    return this.#isLongNext ? this.#goOn() ?? this.#beginNext() : this.#beginNext() ?? this.#goOn();
  }

  #goOn(): SenderAccount | undefined {
    const long = this.#longPackets.shift();
    if (long) this.#advance(long);
    return long?.account;
  }

  #beginNext(): SenderAccount | undefined {
    const next = this.#queue.shift();
    if (!next) return undefined;
    const { item: account, bytes } = next;
    account.begin(costOf(bytes.length));
    const steps = this.#begin(bytes, account);
    if (steps) this.#advance({ account, steps });
    return account;
  }

  #begin(bytes: Uint8Array, account: SenderAccount): Steps | void {
    try {
      const read = decodePacket(bytes, (error) => this.#fail(error, account));
      const packet = withoutAnswers(read, () => this.#ignore(account));
      if (!packet) return;
      account.from.onRead?.(packet);
      this.monitor.received(packet, account.key);
      return this.#target.begin(packet, account);
    } catch (error) {
      this.#fail(error, account);
    }
  }

  #advance(long: LongPacket): void {
    const { account, steps } = long;
    let done: boolean | undefined = true;
    try {
      done = steps.next().done;
    } catch (error) {
      this.#fail(error, account);
    }
    if (done) return this.#queue.resume(account.key);
    this.#queue.suspend(account.key);
    this.#longPackets.push(long);
  }

  /** Charges a sender with what its packet has cost beyond its size. */
  #charge(account: SenderAccount, ms: number, nowMs: number): void {
    const extra = account.worked(ms);
    if (extra === 0) return;
    if (this.#messagesPerSecond > 0) account.bucket.charge(extra, nowMs);
    account.host.charge(extra, nowMs);
    this.#queue.charge(account.key, extra * messageBytes, senderHost(account.hostname));
  }

  #ignore({ key }: PacketSender): void {
    this.traffic.record("ignored", () => `OSC: an answer came from ${key}, which this engine does not obey`);
  }

  #fail(error: unknown, { key }: PacketSender): void {
    if (error instanceof OscMalformedError) {
      this.traffic.record("malformed", () => `malformed OSC packet from ${key}: ${error.message}`);
    } else this.traffic.record("failed", () => `OSC: ${String(error)}`);
  }
}

/** Messages that a packet of this size counts as. */
function costOf(bytes: number): number {
  return Math.max(1, bytes / messageBytes);
}
