/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
/**
 * The socket to the engine. It connects by itself, and again with growing pauses when the connection is lost; a connection that is
 * open and says nothing counts as lost. What the page wants, and the secret it was given, are said again after each connection: the
 * secret is kept here, in memory, alone. The page's thread.
 */
import { Backoff } from "../../../foundation/backoff.ts";
import { type EngineMessage, type PageMessage, staleMs, type Want } from "../../protocol.ts";
import type { Contact } from "./store.ts";

export interface PageConnectionOptions {
  /** e.g. `ws://127.0.0.1:57131/ui/socket`. */
  readonly url: string;
  readonly onMessage: (message: EngineMessage) => void;
  /** Gets the binary messages, valid afterwards too. */
  readonly onSamples: (data: ArrayBuffer) => void;
  /** @param retryInMs time until the next attempt, where one is due */
  readonly onContact: (state: Contact["state"], retryInMs?: number) => void;
}

/** Pauses between attempts: an engine that is started again is there within a second or two. */
const retry = { firstMs: 250, maxMs: 5_000 };

/** A connection without a word for this long is given up. */
const silentMs = 4 * staleMs;

/** One connection, which comes back. */
export class PageConnection {
  readonly #options: PageConnectionOptions;
  readonly #wants = new Map<string, Omit<Want, "type">>();
  readonly #backoff = new Backoff(retry);
  #socket: WebSocket | undefined;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #watch: ReturnType<typeof setTimeout> | undefined;
  #wantIsDue = false;
  #isHidden = false;
  #secret: string | undefined;

  constructor(options: PageConnectionOptions) {
    this.#options = options;
  }

  /** Connects, now and again until {@link PageConnection.stop}. */
  start(): void {
    clearTimeout(this.#retry);
    this.#close();
    this.#options.onContact("connecting");
    const socket = this.#socket = new WebSocket(this.#options.url);
    socket.binaryType = "arraybuffer";
    this.#watchFrom(socket);
    socket.onopen = () => {
      if (socket !== this.#socket) return;
      this.#options.onContact("open");
      this.#sendWant();
    };
    socket.onmessage = ({ data }) => {
      if (socket !== this.#socket) return;
      this.#watchFrom(socket);
      if (typeof data !== "string") return this.#options.onSamples(data);
      const message = JSON.parse(data) as EngineMessage;
      if (message.type === "hello") this.#greeted(message.access.seat === "login");
      if (message.type === "access" && message.problem !== "") this.#secret = undefined;
      this.#options.onMessage(message);
    };
    socket.onclose = () => this.#lost(socket);
  }

  /** Ends it. */
  stop(): void {
    clearTimeout(this.#retry);
    this.#close();
  }

  /** Whether the message was handed to an open connection; nothing is kept for later. */
  send(message: PageMessage): boolean {
    if (this.#socket?.readyState !== WebSocket.OPEN) return false;
    this.#socket.send(JSON.stringify(message));
    return true;
  }

  /** States the secret, now and after each further connection, until it is refused. */
  login(secret: string): boolean {
    this.#secret = secret;
    return this.send({ type: "login", secret });
  }

  /** A part of the page wants something from now on; undefined: nothing any more. The wants of all parts are one. */
  want(part: string, wanted: Omit<Want, "type"> | undefined): void {
    if (wanted) this.#wants.set(part, wanted);
    else this.#wants.delete(part);
    this.#wantSoon();
  }

  /** Nobody sees the page: the engine sends what is heard, and signs of life, and nothing that is drawn. */
  set isHidden(hidden: boolean) {
    this.#isHidden = hidden;
    this.#wantSoon();
  }

  #wantSoon(): void {
    if (this.#wantIsDue) return;
    this.#wantIsDue = true;
    queueMicrotask(() => {
      this.#wantIsDue = false;
      this.#sendWant();
    });
  }

  #sendWant(): void {
    const wanted: Want = Object.assign({ type: "want" as const }, ...this.#wants.values());
    this.send(this.#isHidden ? { type: "want", ...(wanted.listen && { listen: wanted.listen }) } : wanted);
  }

  #greeted(needsLogin: boolean): void {
    this.#backoff.reset();
    if (needsLogin && this.#secret !== undefined) this.send({ type: "login", secret: this.#secret });
  }

  #watchFrom(socket: WebSocket): void {
    clearTimeout(this.#watch);
    this.#watch = setTimeout(() => this.#lost(socket), silentMs);
  }

  #lost(socket: WebSocket): void {
    if (socket !== this.#socket) return;
    this.#close();
    const { delayMs } = this.#backoff;
    this.#backoff.increase();
    this.#options.onContact("lost", delayMs);
    this.#retry = setTimeout(() => this.start(), delayMs);
  }

  #close(): void {
    clearTimeout(this.#watch);
    const socket = this.#socket;
    this.#socket = undefined;
    socket?.close();
  }
}
