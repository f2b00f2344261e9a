import { encodePacket, isBundle, type OscBundle, type OscMessage } from "../codec.ts";

/** The part of a WebSocket that is used; `bufferedAmount` is what has not left yet, in bytes. */
export interface SubscriberSocket {
  readonly bufferedAmount: number;
  send(data: string | Uint8Array<ArrayBuffer>): void;
}

/** A socket that has more than this waiting is left alone until it has taken some. */
const mostWaitingBytes = 262_144;

/** What a subscriber has of one address. */
interface Subscription {
  /** The value that the client shows, as far as can be known; undefined: none yet. */
  known: number | undefined;
  /** To be looked at when values are next sent. */
  due: boolean;
}

/**
 * One client's WebSocket: what it listens to, and what it knows already. A value is sent only when it differs from what
 * the client knows, and only the newest one, so that no echo can circle and no queue can grow. What a client sends itself
 * counts as known; when it was refused, or another client was later, it is sent what holds.
 */
export class Subscriber {
  readonly #socket: SubscriberSocket;
  readonly #subscriptions = new Map<string, Subscription>();
  #dropped = 0;

  constructor(socket: SubscriberSocket) {
    this.#socket = socket;
  }

  /** Answers that were not sent because the client takes nothing. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Begins to stream an address; the present value is due at once. */
  listen(address: string): void {
    this.#subscriptions.set(address, { known: undefined, due: true });
  }

  ignore(address: string): void {
    this.#subscriptions.delete(address);
  }

  /** Addresses that no longer exist, or hold something else now. */
  keepOnly(exists: (address: string) => boolean): void {
    for (const address of this.#subscriptions.keys()) if (!exists(address)) this.ignore(address);
  }

  /** Something set this address; whether the client cares. */
  touch(address: string): boolean {
    const subscription = this.#subscriptions.get(address);
    if (subscription) subscription.due = true;
    return subscription !== undefined;
  }

  /** The client itself sent this; whether something may have to be sent back. */
  heard(packet: OscMessage | OscBundle): boolean {
    if (isBundle(packet)) return packet.elements.map((element) => this.heard(element)).includes(true);
    const [argument, ...more] = packet.args;
    const subscription = this.#subscriptions.get(packet.address);
    if (!subscription || more.length > 0) return false;
    if (argument?.type === "f" || argument?.type === "i" || argument?.type === "d") {
      subscription.known = Math.fround(argument.value);
    }
    return subscription.due = true;
  }

  /** Sends what is due. Returns false when the socket is too full: then everything stays due. */
  flush(valueOf: (address: string) => number): boolean {
    if (this.#isFull()) return false;
    for (const [address, subscription] of this.#subscriptions) {
      if (!subscription.due) continue;
      subscription.due = false;
      const value = Math.fround(valueOf(address));
      if (value === subscription.known) continue;
      subscription.known = value;
      this.#socket.send(encodePacket({ address, args: [{ type: "f", value }] }));
    }
    return true;
  }

  /** An answer to something that the client sent; dropped and counted when the socket is too full. */
  answer(message: OscMessage): void {
    if (this.#isFull()) this.#dropped++;
    else this.#socket.send(encodePacket(message));
  }

  /** A command of the server to its clients. */
  command(name: "PATH_CHANGED", path: string): void {
    this.#socket.send(JSON.stringify({ COMMAND: name, DATA: path }));
  }

  #isFull(): boolean {
    return this.#socket.bufferedAmount > mostWaitingBytes;
  }
}
