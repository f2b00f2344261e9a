import { Notice } from "../../foundation/notice.ts";
import { TokenBucket } from "../../foundation/token_bucket.ts";
import { messageSize } from "../packet/message_size.ts";
import type { OscMessage } from "../packet/packet.ts";
import type { PacketSender } from "../packet/packet_sender.ts";
import type { HostAccount } from "./host_account.ts";

/** A sender that loses packets is told at most this often. */
const noticeMs = 1_000;

/** Bytes of answers that count as one message. */
const answerBytes = 64;

/** Messages that a millisecond of work counts as: a short one takes less than a hundredth of it. */
const messagesPerMs = 100;

/** Longest time that one step is charged with: what takes longer was held up by other programs of the machine. */
const maxStepMs = 10;

export interface SenderAccountOptions {
  readonly from: PacketSender;
  readonly host: HostAccount;
  /** Filled with the messages that the sender may send. */
  readonly bucket: TokenBucket;
  /** The same while its host sends more than it may: less, so that many ports are not worth more than one. */
  readonly reserve: TokenBucket;
  /** Whether an answer of this size may go to the sender. */
  readonly mayAnswer: (account: SenderAccount, bytes: number) => boolean;
  /** Gets every answer that goes out. */
  readonly onReply?: (message: OscMessage, key: string) => void;
}

/**
 * A sender and what it costs: a message is charged with the largest of its size, its answers, their bytes, and the time that it
 * takes. Targets get the account in place of the sender, so that every answer is counted. Main isolate.
 */
export class SenderAccount implements PacketSender {
  readonly key: string;
  readonly hostname: string;
  readonly isLocal: boolean;
  readonly isProven: boolean;
  readonly isReadOnly: boolean;
  readonly host: HostAccount;
  readonly bucket: TokenBucket;
  readonly reserve: TokenBucket;
  readonly notice = new Notice(noticeMs);
  /** Packets that were dropped. */
  dropped = 0;
  /** The way back, by the connection that spoke last. */
  from: PacketSender;
  readonly #mayAnswer: SenderAccountOptions["mayAnswer"];
  readonly #onReply: SenderAccountOptions["onReply"];
  #answers = 0;
  #answerBytes = 0;
  /** The packet that is being carried out: time so far, the answers before it, and the messages it was charged with. */
  #ms = 0;
  #answersBefore = 0;
  #bytesBefore = 0;
  #paid = 0;

  constructor({ from, host, bucket, reserve, mayAnswer, onReply }: SenderAccountOptions) {
    this.key = from.key;
    this.hostname = from.hostname;
    this.isLocal = from.isLocal;
    this.isProven = from.isProven === true;
    this.isReadOnly = from.isReadOnly === true;
    this.from = from;
    this.host = host;
    this.bucket = bucket;
    this.reserve = reserve;
    this.#mayAnswer = mayAnswer;
    this.#onReply = onReply;
  }

  reply(message: OscMessage): void {
    const bytes = messageSize(message);
    if (!this.#mayAnswer(this, bytes)) return;
    this.#answers++;
    this.#answerBytes += bytes;
    this.#onReply?.(message, this.key);
    this.from.reply(message);
  }

  /** Omitted by the sender where answers go over a connection. */
  get setReplyPort(): PacketSender["setReplyPort"] {
    return this.from.setReplyPort;
  }

  /** A packet begins, which was charged with so many messages when it was received. */
  begin(paid: number): void {
    this.#ms = 0;
    this.#answersBefore = this.#answers;
    this.#bytesBefore = this.#answerBytes;
    this.#paid = paid;
  }

  /**
   * Records the time of a step of the packet.
   *
   * @returns messages by which it has cost more than it was charged with; they count as charged from now on
   */
  worked(ms: number): number {
    this.#ms += Math.min(maxStepMs, ms);
    const cost = Math.max(
      this.#ms * messagesPerMs,
      this.#answers - this.#answersBefore,
      (this.#answerBytes - this.#bytesBefore) / answerBytes,
    );
    const extra = Math.max(0, cost - this.#paid);
    this.#paid += extra;
    return extra;
  }
}
