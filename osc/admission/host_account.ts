import { TokenBucket } from "../../foundation/token_bucket.ts";

/** A host may send as much as this many senders. */
const sendersPerHost = 4;

/** Bytes of answers that a byte from an address that may be forged brings. */
const answersPerByte = 4;

/** How many bytes of answers a host gets beyond that, at once and in each second. */
export interface AnswerAllowance {
  readonly burstBytes: number;
  readonly bytesPerSecond: number;
}

export interface HostAccountOptions {
  /** Of one sender; 0: no limit. */
  readonly messagesPerSecond: number;
  /** Of one sender, in messages. */
  readonly burst: number;
  readonly allowance: AnswerAllowance;
  readonly nowMs: number;
}

/** What all senders of a host share, so that many ports are not worth more than one. Main isolate. */
export class HostAccount {
  readonly #isLimited: boolean;
  readonly #messages: TokenBucket;
  readonly #answers: TokenBucket;

  constructor({ messagesPerSecond, burst, allowance, nowMs }: HostAccountOptions) {
    this.#isLimited = messagesPerSecond > 0;
    this.#messages = new TokenBucket(sendersPerHost * messagesPerSecond, sendersPerHost * burst, nowMs);
    this.#answers = new TokenBucket(allowance.bytesPerSecond, allowance.burstBytes, nowMs);
  }

  /** Charges the cost of messages, before or after they were carried out. */
  charge(messages: number, nowMs: number): void {
    if (this.#isLimited) this.#messages.charge(messages, nowMs);
  }

  /** Whether the host is within its rate. */
  isWithinRate(nowMs: number): boolean {
    return !this.#isLimited || this.#messages.level(nowMs) > 0;
  }

  /** Bytes came from the host, which may be answered. */
  heard(bytes: number): void {
    this.#answers.add(bytes * answersPerByte);
  }

  /** Whether an answer may go to an address of the host that may be forged. */
  mayAnswer(bytes: number, nowMs: number): boolean {
    return this.#answers.spend(bytes, nowMs);
  }
}
