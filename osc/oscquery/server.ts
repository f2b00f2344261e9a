/**
 * OSCQuery: the namespace over HTTP, values and commands over a WebSocket at the same port. Main isolate; every request is
 * answered from memory in one go, and what clients do not take is never queued.
 */
import type { EngineControl } from "../../engine/control/control.ts";
import { decodePacket, type OscBundle, OscMalformedError, type OscMessage } from "../packet/codec.ts";
import { OriginCheck } from "./origin_check.ts";
import { Namespace, type QueryMethod } from "./namespace.ts";
import type { ParameterSource } from "./engine_values.ts";
import { answerQuery, extensions, type HostInfo } from "./query.ts";
import { Subscriber } from "./subscriber.ts";

/** Who sent a packet over a WebSocket, in the words of the OSC side. */
export interface QuerySender {
  readonly key: string;
  readonly hostname: string;
  /** Sent from this machine. */
  readonly isLocal: boolean;
  reply(message: OscMessage): void;
}

export interface OscQueryServerOptions {
  /** Address of this machine to listen at. */
  readonly hostname: string;
  /** 0 takes any free port. */
  readonly port: number;
  /** What people read when they choose among servers. */
  readonly name: string;
  /** Where the OSC listener is. */
  readonly osc: { readonly hostname: string; readonly port: number };
  readonly engine: Pick<EngineControl, "parameters" | "instruments">;
  /** All methods, in the state of now. */
  readonly methods: () => readonly QueryMethod[];
  readonly values: ParameterSource;
  /** Takes packets of binary frames. */
  readonly dispatch: (packet: OscMessage | OscBundle, sender: QuerySender) => void;
  /** Origins of web pages that may ask besides those of this machine. */
  readonly allowedOrigins: readonly string[];
  /** Told of what clients did wrong, at most once a second, with how often it was since the start. */
  readonly onTrouble: (text: string, count: number) => void;
}

/** Values go out this often at most: what a screen can show. */
const flushMs = 1_000 / 60;
/** Between two looks whether the patch was exchanged, while there are clients. */
const patchLookMs = 250;
const maxSockets = 64;
const maxUrlLength = 2_048;
const maxCommandLength = 4_096;
/** The same as over UDP. */
const maxPacketBytes = 65_507;
/** A client that does not answer pings for so long is gone. */
const idleSeconds = 30;
/** Connections that are not gone by themselves within this are cut when the server stops. */
const stopMs = 100;
const noticeMs = 1_000;

/** One HTTP server with its WebSocket clients. */
export class OscQueryServer {
  readonly #options: OscQueryServerOptions;
  readonly #door: OriginCheck;
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  readonly #cut = new AbortController();
  readonly #clients = new Map<WebSocket, Subscriber>();
  readonly #leave: () => void;
  #namespace: Namespace;
  #parameters: EngineControl["parameters"];
  #flushTimer: ReturnType<typeof setTimeout> | undefined;
  #patchTimer: ReturnType<typeof setInterval> | undefined;
  #troubles = 0;
  #lastNoticeMs = -Infinity;

  /** Takes the port. Throws Deno's error when it is taken, or the address is not this machine's. */
  constructor(options: OscQueryServerOptions) {
    this.#options = options;
    const machine = Deno.hostname();
    this.#door = new OriginCheck([options.hostname, machine, `${machine}.local`], options.allowedOrigins);
    this.#parameters = options.engine.parameters;
    this.#namespace = this.#build();
    this.#leave = options.values.onSet((address) => this.#touched(address));
    const { hostname, port } = options;
    try {
      this.#server = Deno.serve({
        hostname,
        port,
        signal: this.#cut.signal,
        onListen: () => {},
        onError: (error) => {
          this.#trouble(`OSCQuery: ${String(error)}`);
          return new Response("internal error\n", { status: 500 });
        },
      }, (request, info) => this.#answer(request, info.remoteAddr));
    } catch (error) {
      this.#leave();
      throw error;
    }
  }

  /** Where it listens, e.g. `http://127.0.0.1:57131`. */
  get url(): string {
    const { hostname, port } = this.#server.addr;
    return `http://${hostname.includes(":") ? `[${hostname}]` : hostname}:${port}`;
  }

  get port(): number {
    return this.#server.addr.port;
  }

  /** What clients did wrong, and answers they did not take, since the start. */
  get troubles(): number {
    return this.#troubles;
  }

  /** Looks whether the patch is another one, and tells the clients. Called by itself four times a second. */
  refresh(): void {
    if (this.#options.engine.parameters === this.#parameters) return;
    this.#parameters = this.#options.engine.parameters;
    const before = this.#namespace;
    this.#namespace = this.#build();
    const path = this.#namespace.changedPath(before);
    for (const client of this.#clients.values()) {
      client.keepOnly((address) => this.#namespace.find(address)?.parameter !== undefined);
      if (path !== undefined) client.command("PATH_CHANGED", path);
    }
  }

  /** Ends all connections and frees the port. Safe to repeat. */
  async stop(): Promise<void> {
    this.#leave();
    clearInterval(this.#patchTimer);
    clearTimeout(this.#flushTimer);
    for (const socket of this.#clients.keys()) socket.close(1001, "the engine ends");
    const timer = setTimeout(() => this.#cut.abort(), stopMs);
    await this.#server.shutdown();
    clearTimeout(timer);
  }

  #build(): Namespace {
    const { engine, methods } = this.#options;
    return new Namespace({
      parameters: engine.parameters,
      instruments: engine.instruments,
      methods: methods(),
    });
  }

  #answer(request: Request, from: Deno.NetAddr): Response {
    const origin = request.headers.get("origin");
    const refusal = this.#door.refusal(request.headers.get("host"), origin);
    if (refusal !== undefined) {
      this.#trouble(`OSCQuery: turned away a request from ${from.hostname}: ${refusal}`);
      return plain(403, refusal);
    }
    const headers = new Headers({
      "cache-control": "no-store",
      "cross-origin-resource-policy": "same-origin",
      "x-content-type-options": "nosniff",
      "vary": "origin",
    });
    if (origin !== null) headers.set("access-control-allow-origin", origin);
    if (request.method === "OPTIONS") {
      headers.set("access-control-allow-methods", "GET, HEAD");
      return new Response(null, { status: 204, headers });
    }
    if (request.method !== "GET" && request.method !== "HEAD") {
      headers.set("allow", "GET, HEAD, OPTIONS");
      return plain(405, `expected GET, found ${request.method}`, headers);
    }
    if (request.url.length > maxUrlLength) {
      return plain(414, `expected at most ${maxUrlLength} characters`, headers);
    }
    if (request.headers.get("upgrade")?.toLowerCase() === "websocket") return this.#upgrade(request, from);
    this.refresh();
    const { pathname, search } = new URL(request.url);
    const { status, body } = answerQuery(pathname, search, {
      namespace: this.#namespace,
      hostInfo: this.#hostInfo(),
      valueOf: (parameter) => this.#options.values.valueOf(parameter),
    });
    if (status !== 200) {
      return body === undefined ? new Response(null, { status, headers }) : plain(status, body, headers);
    }
    headers.set("content-type", "application/json");
    return new Response(body, { headers });
  }

  #hostInfo(): HostInfo {
    const { name, osc, hostname } = this.#options;
    return {
      NAME: name,
      EXTENSIONS: extensions,
      ...(!isEvery(osc.hostname) && { OSC_IP: osc.hostname }),
      OSC_PORT: osc.port,
      OSC_TRANSPORT: "UDP",
      ...(!isEvery(hostname) && { WS_IP: hostname }),
      WS_PORT: this.port,
    };
  }

  #upgrade(request: Request, from: Deno.NetAddr): Response {
    if (this.#clients.size >= maxSockets) return plain(503, `expected at most ${maxSockets} WebSockets`);
    const { socket, response } = Deno.upgradeWebSocket(request, { idleTimeout: idleSeconds });
    const client = new Subscriber(socket);
    const sender: QuerySender = {
      key: `ws:${from.hostname}:${from.port}`,
      hostname: from.hostname,
      isLocal: from.hostname === "::1" || /^(::ffff:)?127\./.test(from.hostname),
      reply: (message) => {
        if (socket.readyState !== WebSocket.OPEN) return;
        const before = client.dropped;
        client.answer(message);
        if (client.dropped > before) {
          this.#trouble(`OSCQuery: ${sender.key} does not take its answers; dropped`);
        }
      },
    };
    this.#clients.set(socket, client);
    this.#patchTimer ??= setInterval(() => this.refresh(), patchLookMs);
    socket.binaryType = "arraybuffer";
    socket.onmessage = ({ data }) => {
      if (typeof data === "string") this.#command(data, client, socket);
      else this.#packet(new Uint8Array(data), client, socket, sender);
    };
    socket.onclose = () => this.#gone(socket);
    socket.onerror = () => this.#gone(socket);
    return response;
  }

  #gone(socket: WebSocket): void {
    this.#clients.delete(socket);
    if (this.#clients.size > 0) return;
    clearInterval(this.#patchTimer);
    this.#patchTimer = undefined;
  }

  #command(text: string, client: Subscriber, socket: WebSocket): void {
    if (text.length > maxCommandLength) {
      return this.#tooLarge(socket, `a command of ${text.length} characters`);
    }
    let command: { COMMAND?: unknown; DATA?: unknown } | null;
    try {
      command = JSON.parse(text);
    } catch {
      return this.#trouble("OSCQuery: expected a command as JSON");
    }
    const { COMMAND: name, DATA: path } = Object(command) as { COMMAND?: unknown; DATA?: unknown };
    if ((name !== "LISTEN" && name !== "IGNORE") || typeof path !== "string") {
      return this.#trouble("OSCQuery: expected the command LISTEN or IGNORE with a path");
    }
    this.refresh();
    const node = this.#namespace.find(path);
    const address = node?.attributes.FULL_PATH ?? path;
    if (name === "IGNORE") return client.ignore(address);
    if (!node?.parameter) return this.#trouble("OSCQuery: LISTEN: there is no value at the path");
    client.listen(address);
    this.#flushSoon();
  }

  #packet(bytes: Uint8Array, client: Subscriber, socket: WebSocket, sender: QuerySender): void {
    if (bytes.length > maxPacketBytes) return this.#tooLarge(socket, `a packet of ${bytes.length} bytes`);
    try {
      const packet = decodePacket(bytes);
      if (client.heard(packet)) this.#flushSoon();
      this.#options.dispatch(packet, sender);
    } catch (error) {
      this.#trouble(
        error instanceof OscMalformedError
          ? `malformed OSC packet: ${error.message}`
          : `OSCQuery: ${String(error)}`,
      );
    }
  }

  #tooLarge(socket: WebSocket, what: string): void {
    this.#trouble(`OSCQuery: ${what} is too long; the connection was closed`);
    socket.close(1009, "too long");
  }

  #touched(address: string): void {
    let wanted = false;
    for (const client of this.#clients.values()) wanted = client.touch(`/${address}`) || wanted;
    if (wanted) this.#flushSoon();
  }

  #flushSoon(): void {
    this.#flushTimer ??= setTimeout(() => {
      this.#flushTimer = undefined;
      const valueOf = (address: string) =>
        this.#options.values.valueOf(this.#namespace.find(address)!.parameter!);
      let all = true;
      for (const [socket, client] of this.#clients) {
        if (socket.readyState === WebSocket.OPEN) all = client.flush(valueOf) && all;
      }
      if (!all) this.#flushSoon();
    }, flushMs);
  }

  #trouble(text: string): void {
    this.#troubles++;
    const nowMs = performance.now();
    if (nowMs - this.#lastNoticeMs < noticeMs) return;
    this.#lastNoticeMs = nowMs;
    this.#options.onTrouble(text, this.#troubles);
  }
}

function isEvery(hostname: string): boolean {
  return hostname === "0.0.0.0" || hostname === "::" || hostname === "[::]";
}

function plain(status: number, text: string, headers = new Headers()): Response {
  headers.set("content-type", "text/plain; charset=utf-8");
  return new Response(`${text}\n`, { status, headers });
}
