import { encodePacket, type OscBundle, type OscMessage } from "../packet/codec.ts";
import { ValueEcho } from "../subscriptions/value_echo.ts";

/** The part of a WebSocket that is used; `bufferedAmount` is the bytes that were not sent yet. */
export interface SubscriberSocket {
  readonly bufferedAmount: number;
  send(data: string | Uint8Array<ArrayBuffer>): void;
}

/** Nothing more is sent to a client while more than this waits for it. */
const maxWaitingBytes = 262_144;

/** One client's WebSocket: the values that it listens to, by the rules of {@link ValueEcho}, answers and commands. */
export class Subscriber {
  readonly #socket: SubscriberSocket;
  readonly #echo = new ValueEcho();

  constructor(socket: SubscriberSocket) {
    this.#socket = socket;
  }

  /** Begins to stream an address; the present value is due at once. */
  listen(address: string): void {
    this.#echo.follow(address);
  }

  ignore(address: string): void {
    this.#echo.leave(address);
  }

  /** Ends listening to addresses that no longer exist. */
  keepOnly(exists: (address: string) => boolean): void {
    this.#echo.keepOnly(exists);
  }

  /** The value at this address was set. Returns whether the client listens to it. */
  touch(address: string): boolean {
    return this.#echo.touch(address);
  }

  /** The client itself sent this packet. Returns whether a value may have to be sent back. */
  heard(packet: OscMessage | OscBundle): boolean {
    return this.#echo.heard(packet);
  }

  /** Sends the values that are due. Returns false when the socket is too full; then they stay due. */
  flush(valueOf: (address: string) => number): boolean {
    if (this.#isFull()) return false;
    this.#echo.flush(valueOf, (message) => this.#socket.send(encodePacket(message)));
    return true;
  }

  /** Sends an answer to a packet of the client. Returns false, and drops the answer, when the socket is too full. */
  answer(message: OscMessage): boolean {
    if (this.#isFull()) return false;
    this.#socket.send(encodePacket(message));
    return true;
  }

  /** A command of the server to its clients. */
  command(name: "PATH_CHANGED", path: string): void {
    this.#socket.send(JSON.stringify({ COMMAND: name, DATA: path }));
  }

  #isFull(): boolean {
    return this.#socket.bufferedAmount > maxWaitingBytes;
  }
}
