import type { Buffer } from "node:buffer";
import { Duplex } from "node:stream";
import { joinBytes } from "../../foundation/join_bytes.ts";
import { senderHost } from "../packet/sender_host.ts";
import type { PlacedConnection } from "../transport/connection_table.ts";
import { plainHostname } from "../transport/network_address.ts";
import type { ReadingTurn } from "../transport/reading_turn.ts";

/** Bytes that are read at once: short frames of one piece are worked off in less than a millisecond. */
const pieceBytes = 4_096;

/** A whole request must have come this long after the connection began. */
const firstRequestMs = 10_000;

/** The next one must have come this long after the one before. */
const nextRequestMs = 30_000;

export interface ConnectionStreamOptions {
  readonly turn: ReadingTurn;
  /** Its place was given to another connection. */
  readonly onGiveWay: (stream: ConnectionStream) => void;
}

/** A TCP connection as a stream of Node, which takes part in the turns of its listener. Main isolate. */
export class ConnectionStream extends Duplex implements PlacedConnection {
  readonly hostname: string;
  readonly port: number;
  readonly host: string;
  hasSpoken = false;
  lastMs = performance.now();
  /** Becomes infinite when the connection turns into a WebSocket. */
  deadlineMs = this.lastMs + firstRequestMs;
  readonly #connection: Deno.TcpConn;
  #unanswered = 0;
  readonly #options: ConnectionStreamOptions;

  constructor(connection: Deno.TcpConn, options: ConnectionStreamOptions) {
    super();
    this.#connection = connection;
    this.#options = options;
    this.hostname = plainHostname(connection.remoteAddr.hostname);
    this.port = connection.remoteAddr.port;
    this.host = senderHost(this.hostname);
    connection.setNoDelay(true);
    connection.setKeepAlive(true);
    this.on("error", () => {}); // an error of the network closes it, and needs no more
  }

  /** A whole request or message has come. */
  spoke(): void {
    this.hasSpoken = true;
    this.lastMs = performance.now();
    this.deadlineMs = Math.max(this.deadlineMs, this.lastMs + nextRequestMs);
  }

  /** A request has come, and is to be answered. */
  asked(): void {
    this.#unanswered++;
    this.spoke();
  }

  /**
   * A request is answered. Deno's server stops reading while answers fill the buffer, and goes on only when the buffer has just become
   * empty; the answers that waited behind it may be gone by then, so it is told once more.
   */
  answered(): void {
    this.#unanswered--;
    if (this.isPaused() && !this.writableNeedDrain) this.emit("drain");
  }

  get isAtRest(): boolean {
    return this.hasSpoken && this.#unanswered === 0 && this.deadlineMs !== Infinity;
  }

  /** It became a WebSocket, over which nothing has come yet. */
  becomeSocket(): void {
    this.hasSpoken = false;
    this.deadlineMs = Infinity;
  }

  giveWay(): void {
    this.#options.onGiveWay(this);
    this.destroy();
  }

  override _read(): void {
    void this.#read();
  }

  override _write(chunk: Buffer, _encoding: string, done: (error?: Error | null) => void): void {
    this.#write(chunk).then(() => done(), done);
  }

  /** What came together goes together: a frame of a WebSocket is a header and its payload. */
  override _writev(chunks: { readonly chunk: Buffer }[], done: (error?: Error | null) => void): void {
    this.#write(joinBytes(chunks.map(({ chunk }) => chunk))).then(() => done(), done);
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#connection.closeWrite().then(() => done(), () => done());
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    try {
      this.#connection.close();
    } catch {
      // the other side was faster
    }
    done(error);
  }

  async #read(): Promise<void> {
    const piece = new Uint8Array(pieceBytes);
    try {
      const { turn } = this.#options;
      if (turn.isOver()) await turn.yield();
      const count = await this.#connection.read(piece);
      if (!this.destroyed) this.push(count === null ? null : piece.subarray(0, count));
    } catch {
      this.destroy();
    }
  }

  async #write(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length;) at += await this.#connection.write(bytes.subarray(at));
  }
}
