/**
 * HTTP and WebSockets on one port, by Node's server and the library `ws` on connections that we accept ourselves: no error of the
 * system ends it, connections are limited, in all and for each host, and none may leave a request or a message unfinished. `Deno.serve`
 * does none of that. Main isolate.
 */
import http from "node:http";
import { WebSocketServer } from "ws";
import type { Traffic } from "../admission/traffic.ts";
import { acceptConnections } from "../transport/accept_connections.ts";
import {
  ConnectionTable,
  httpLimits,
  limitsOf,
  type PlacedConnection,
  webSocketLimits,
} from "../transport/connection_table.ts";
import { hostAndPort } from "../transport/network_address.ts";
import { ReadingTurn } from "../transport/reading_turn.ts";
import { ConnectionStream } from "./connection_stream.ts";

/** A request without its body, which is never read. */
export interface HttpQuestion {
  readonly method: string;
  /** Path and query as they came. */
  readonly url: string;
  /** The headers by which it is let in. */
  readonly host: string | null;
  readonly origin: string | null;
  /** The form of the answer that it prefers. */
  readonly accept: string | null;
  /** The ways of compressing that it knows. */
  readonly encoding: string | null;
  /** The part of a file that it asks for. */
  readonly range: string | null;
  readonly peer: HttpPeer;
}

/** Where a request came from. */
export type HttpPeer = Pick<ConnectionStream, "hostname" | "port" | "host">;

export interface HttpAnswer {
  readonly status: number;
  /** A stream needs a `content-length` here, or it is sent in chunks. */
  readonly headers: Readonly<Record<string, string>>;
  /** A stream is read as fast as the client takes it, and cancelled when that has gone. */
  readonly body?: string | Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array>;
}

/** What is used of a WebSocket of `ws`. */
export interface QuerySocket {
  readonly readyState: number;
  readonly OPEN: number;
  /** Bytes that were not sent yet. */
  readonly bufferedAmount: number;
  /** @param options `binary: false` sends bytes of UTF-8 as a text */
  send(data: string | Uint8Array<ArrayBuffer>, options?: { readonly binary: boolean }): void;
  close(code: number, reason: string): void;
}

interface WsSocket extends QuerySocket {
  on(event: "message", listener: (data: Uint8Array<ArrayBuffer>, isBinary: boolean) => void): void;
  on(event: "close" | "pong", listener: () => void): void;
  on(event: "error", listener: (error: Error) => void): void;
  ping(): void;
  terminate(): void;
}

/** What an upgraded connection does. */
export interface SocketHandler {
  /** @param data valid until it returns */
  readonly onMessage: (data: string | Uint8Array<ArrayBuffer>) => void;
  readonly onClose: () => void;
}

export interface HttpListenerOptions {
  readonly hostname: string;
  /** 0 takes any free port. */
  readonly port: number;
  /** The longest message of a WebSocket in bytes; a longer one closes the connection before it is read. */
  readonly maxMessageBytes: number;
  /** Connections at once; omitted: as many as {@link httpLimits} says. */
  readonly maxConnections?: number;
  readonly traffic: Traffic;
  readonly onRequest: (question: HttpQuestion) => HttpAnswer | Promise<HttpAnswer>;
  /** Returns the reason why a request for a WebSocket is turned away. */
  readonly onUpgrade: (question: HttpQuestion) => HttpAnswer | undefined;
  readonly onSocket: (socket: QuerySocket, question: HttpQuestion) => SocketHandler;
}

/** Time between two looks at deadlines and at WebSockets that do not answer pings. */
const sweepMs = 1_000;

/** A WebSocket that has not answered for this long is closed; it is asked after half of it. */
const silentMs = 30_000;

/** The place of a WebSocket, beside that of its connection. */
class SocketPlace implements PlacedConnection {
  readonly stream: ConnectionStream;
  /** Undefined until the request for it is answered. */
  socket: WsSocket | undefined;
  /** When it answered last, be it a ping. */
  aliveMs = performance.now();

  constructor(stream: ConnectionStream) {
    this.stream = stream;
  }

  get host(): string {
    return this.stream.host;
  }

  get hasSpoken(): boolean {
    return this.stream.hasSpoken;
  }

  get lastMs(): number {
    return this.stream.lastMs;
  }

  giveWay(): void {
    this.stream.giveWay();
  }
}

export class HttpListener {
  readonly #options: HttpListenerOptions;
  readonly #listener: Deno.TcpListener;
  readonly #server: http.Server;
  readonly #upgrades: { handleUpgrade(...args: unknown[]): void };
  readonly #connections: ConnectionTable<ConnectionStream>;
  readonly #sockets = new ConnectionTable<SocketPlace>(webSocketLimits);
  readonly #turn = new ReadingTurn();
  readonly #accepting: Promise<void>;
  readonly #sweep: ReturnType<typeof setInterval>;
  #stopped = false;

  /** Takes the port. Throws Deno's error when it is taken, or the address is not this machine's. */
  constructor(options: HttpListenerOptions) {
    const { hostname, port, traffic, maxMessageBytes } = options;
    const { maxConnections = httpLimits.maxConnections } = options;
    this.#options = options;
    this.#connections = new ConnectionTable(limitsOf(maxConnections));
    this.#listener = Deno.listen({ transport: "tcp", hostname, port });
    this.#server = http.createServer((request, response) => this.#request(request, response));
    // connections come from outside, and the server keeps one for the next request only while it listens; we end the idle ones
    Object.defineProperty(this.#server, "listening", { value: true });
    this.#server.keepAliveTimeout = 0;
    this.#server.on("upgrade", (request, _stream, head) => this.#upgrade(request, head));
    this.#server.on("clientError", (_error, stream) => stream.destroy());
    this.#upgrades = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      perMessageDeflate: false,
      maxPayload: maxMessageBytes,
    });
    this.#sweep = setInterval(() => this.#closeOverdue(performance.now()), sweepMs);
    this.#accepting = acceptConnections(this.#listener, {
      isStopped: () => this.#stopped,
      onConnection: (connection) => this.#connect(connection),
      onError: (error) => traffic.record("failed", () => `OSCQuery: ${String(error)}`),
    });
  }

  get address(): Deno.NetAddr {
    return this.#listener.addr as Deno.NetAddr;
  }

  /**
   * Frees the port, ends WebSockets in order, and cuts what has not ended after a while. Safe to repeat.
   *
   * @param graceMs this while
   */
  async stop(graceMs: number): Promise<void> {
    if (!this.#stopped) {
      this.#stopped = true;
      clearInterval(this.#sweep);
      this.#listener.close();
      for (const { socket } of this.#sockets.values()) socket?.close(1001, "the engine ends");
      const open = [...this.#connections.values()];
      const cut = setTimeout(() => open.forEach((stream) => stream.destroy()), graceMs);
      await Promise.all(open.map((stream) => {
        if (stream.deadlineMs !== Infinity) stream.destroy(); // no WebSocket: nothing is due but files
        return closed(stream);
      }));
      clearTimeout(cut);
    }
    await this.#accepting;
  }

  #connect(connection: Deno.TcpConn): void {
    const { traffic } = this.#options;
    const stream = new ConnectionStream(connection, {
      turn: this.#turn,
      onGiveWay: (from) =>
        traffic.record(
          "refused",
          () => `OSCQuery: ${peerOf(from)} is idle, a new connection takes its place`,
        ),
    });
    if (!this.#connections.add(stream)) {
      traffic.record("refused", () => `OSCQuery: too many connections; ${peerOf(stream)} was turned away`);
      return void stream.destroy();
    }
    stream.on("close", () => this.#connections.delete(stream));
    this.#server.emit("connection", stream);
  }

  #request(request: http.IncomingMessage, response: http.ServerResponse): void {
    const stream = request.socket as unknown as ConnectionStream;
    stream.asked();
    response.on("finish", () => stream.answered());
    const answer = this.#answer(() => this.#options.onRequest(question(request)));
    if (answer instanceof Promise) void answer.then((made) => this.#respond(request, response, made));
    else this.#respond(request, response, answer);
  }

  #respond(request: http.IncomingMessage, response: http.ServerResponse, answer: HttpAnswer): void {
    const { status, headers } = answer;
    const stream = request.socket as unknown as ConnectionStream;
    // a body of the request is not read, so nothing can follow it
    const hasBody = "content-length" in request.headers || "transfer-encoding" in request.headers;
    const body = typeof answer.body === "string" ? new TextEncoder().encode(answer.body) : answer.body;
    const isStream = body instanceof ReadableStream;
    response.writeHead(status, {
      ...headers,
      ...(!isStream && { "content-length": String(body?.length ?? 0) }),
      ...(hasBody && { connection: "close" }),
    });
    if (hasBody) response.on("finish", () => stream.destroy());
    if (isStream && request.method !== "HEAD") return void this.#send(body, response, stream);
    if (isStream) void body.cancel();
    response.end(request.method === "HEAD" || isStream ? undefined : body);
  }

  /** Sends a stream; a client that takes nothing of it for as long as one may ask nothing loses its connection. */
  async #send(
    body: ReadableStream<Uint8Array>,
    response: http.ServerResponse,
    stream: ConnectionStream,
  ): Promise<void> {
    const reader = body.getReader();
    const onClose = () => void reader.cancel().catch(() => {});
    stream.on("close", onClose);
    try {
      for (let piece = await reader.read(); !piece.done && !stream.destroyed; piece = await reader.read()) {
        await new Promise<void>((resolve) => {
          if (response.write(piece.value)) return resolve();
          const goOn = () => {
            response.off("drain", goOn);
            stream.off("close", goOn);
            resolve();
          };
          response.on("drain", goOn);
          stream.on("close", goOn);
        });
        stream.spoke();
      }
      response.end();
    } catch (error) {
      this.#options.traffic.record("failed", () => `HTTP: ${String(error)}`);
      stream.destroy(); // the client sees that it is cut off
    } finally {
      stream.off("close", onClose);
      onClose(); // a client may have gone before its answer was there
    }
  }

  #upgrade(request: http.IncomingMessage, head: Uint8Array): void {
    const stream = request.socket as unknown as ConnectionStream;
    stream.spoke();
    const refusal = this.#answer(() => this.#options.onUpgrade(question(request)));
    if (refusal) return refuse(stream, refusal);
    const place = new SocketPlace(stream);
    if (!this.#sockets.add(place)) {
      const { traffic } = this.#options;
      traffic.record("refused", () => `OSCQuery: too many WebSockets; ${peerOf(stream)} was turned away`);
      const headers = { "content-type": "text/plain" };
      return refuse(stream, { status: 503, headers, body: "too many WebSockets\n" });
    }
    stream.on("close", () => this.#sockets.delete(place));
    const asked = question(request);
    this.#upgrades.handleUpgrade(
      request,
      stream,
      head,
      (socket: WsSocket) => this.#open(place, socket, asked),
    );
  }

  #answer<A extends HttpAnswer | undefined | Promise<HttpAnswer>>(make: () => A): A | HttpAnswer {
    const failed = (error: unknown): HttpAnswer => {
      this.#options.traffic.record("failed", () => `OSCQuery: ${String(error)}`);
      return { status: 500, headers: { "content-type": "text/plain" }, body: "internal error\n" };
    };
    try {
      const answer = make();
      return answer instanceof Promise ? answer.catch(failed) as A : answer;
    } catch (error) {
      return failed(error);
    }
  }

  #open(place: SocketPlace, socket: WsSocket, asked: HttpQuestion): void {
    const { stream } = place;
    const { onMessage, onClose } = this.#options.onSocket(socket, asked);
    place.socket = socket;
    stream.becomeSocket();
    socket.on("message", (data, isBinary) => {
      stream.spoke();
      place.aliveMs = stream.lastMs;
      onMessage(isBinary ? data : new TextDecoder().decode(data));
    });
    socket.on("pong", () => place.aliveMs = performance.now());
    // it closes, with the code that says why
    socket.on("error", (error) =>
      this.#options.traffic.record(
        "malformed",
        () => `OSCQuery: ${peerOf(stream)}: ${error.message}; connection closed`,
      ));
    socket.on("close", onClose);
  }

  #closeOverdue(nowMs: number): void {
    for (const stream of this.#connections.values()) if (stream.deadlineMs < nowMs) stream.destroy();
    for (const { socket, aliveMs } of this.#sockets.values()) {
      const quietMs = nowMs - aliveMs;
      if (quietMs > silentMs) socket?.terminate();
      else if (quietMs > silentMs / 2) socket?.ping();
    }
  }
}

function question(request: http.IncomingMessage): HttpQuestion {
  const { method = "", url = "", headers, socket } = request;
  const peer = socket as unknown as ConnectionStream;
  const { host = null, origin = null, accept = null, "accept-encoding": encoding = null, range = null } =
    headers;
  return { method, url, host, origin, accept, encoding, range, peer };
}

/** Answers a request for a WebSocket, and closes the connection. */
function refuse(stream: ConnectionStream, answer: HttpAnswer): void {
  const { status, headers } = answer;
  const body = String(answer.body ?? "");
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`).join("");
  const length = new TextEncoder().encode(body).length;
  stream.end(
    `HTTP/1.1 ${status} ${
      http.STATUS_CODES[status]
    }\r\n${lines}content-length: ${length}\r\nconnection: close\r\n\r\n${body}`,
    () => stream.destroy(),
  );
}

function peerOf({ hostname, port }: ConnectionStream): string {
  return hostAndPort(hostname, port);
}

function closed(stream: ConnectionStream): Promise<void> {
  return new Promise((resolve) => stream.closed ? resolve() : stream.once("close", () => resolve()));
}
