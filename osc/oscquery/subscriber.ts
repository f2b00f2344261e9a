import { encodePacket, type OscBundle, type OscMessage } from "../packet/codec.ts";
import { ValueEcho } from "../subscriptions/value_echo.ts";

/** The part of a WebSocket that is used; `bufferedAmount` is what has not left yet, in bytes. */
export interface SubscriberSocket {
  readonly bufferedAmount: number;
  send(data: string | Uint8Array<ArrayBuffer>): void;
}

/** A socket that has more than this waiting is left alone until it has taken some. */
const maxWaitingBytes = 262_144;

/** One client's WebSocket: what it listens to, by the rules of {@link ValueEcho}, and what it is sent besides. */
export class Subscriber {
  readonly #socket: SubscriberSocket;
  readonly #echo = new ValueEcho();
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
    this.#echo.follow(address);
  }

  ignore(address: string): void {
    this.#echo.leave(address);
  }

  /** Addresses that no longer exist, or hold something else now. */
  keepOnly(exists: (address: string) => boolean): void {
    this.#echo.keepOnly(exists);
  }

  /** Something set this address; whether the client cares. */
  touch(address: string): boolean {
    return this.#echo.touch(address);
  }

  /** The client itself sent this; whether something may have to be sent back. */
  heard(packet: OscMessage | OscBundle): boolean {
    return this.#echo.heard(packet);
  }

  /** Sends what is due. Returns false when the socket is too full: then everything stays due. */
  flush(valueOf: (address: string) => number): boolean {
    if (this.#isFull()) return false;
    this.#echo.flush(valueOf, (message) => this.#socket.send(encodePacket(message)));
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
    return this.#socket.bufferedAmount > maxWaitingBytes;
  }
}
