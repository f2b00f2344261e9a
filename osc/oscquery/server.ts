/**
 * OSCQuery: the namespace over HTTP; values, and packets of OSC, over a WebSocket at the same port. Every request is answered
 * from memory at once; values and answers that a client does not take are not queued. Main isolate.
 */
import type { EngineControl } from "../../engine/control/control.ts";
import type { AdmissionControl } from "../admission/admission.ts";
import type { MethodDescription } from "../methods/method_description.ts";
import type { PacketSender } from "../packet/packet_sender.ts";
import { hostAndPort, isLoopback, isUnspecified, plainHostname } from "../transport/network_address.ts";
import { Namespace, type ParameterDeclaration } from "./namespace.ts";
import { OriginCheck } from "./origin_check.ts";
import { answerQuery, extensions, type HostInfo } from "./query.ts";
import { Subscriber } from "./subscriber.ts";

export interface OscQueryServerOptions {
  /** Address of this machine to listen at. */
  readonly hostname: string;
  /** 0 takes any free port. */
  readonly port: number;
  /** Shown to people who choose among servers. */
  readonly name: string;
  /** Where the OSC listener is. */
  readonly osc: { readonly hostname: string; readonly port: number };
  readonly engine: Pick<EngineControl, "parameters" | "instruments" | "parameterValue" | "observe">;
  /** All methods of the patch that plays. */
  readonly methods: () => readonly MethodDescription[];
  /** Gets the packets of binary frames, and counts the errors of clients. */
  readonly admission: AdmissionControl;
  /** Origins of web pages that may ask besides those of this machine. */
  readonly allowedOrigins: readonly string[];
}

/** Shortest time between two messages with values: a screen shows no more. */
const flushMs = 1_000 / 60;
const maxSockets = 64;
const maxUrlLength = 2_048;
const maxCommandLength = 4_096;
/** The same as over UDP. */
const maxPacketBytes = 65_507;
/** The connection of a client that does not answer pings for this long is closed. */
const idleSeconds = 30;
/** When the server stops, connections that do not end by themselves within this time are cut. */
export const stopMs = 100;

/** One HTTP server with its WebSocket clients. */
export class OscQueryServer {
  readonly #options: OscQueryServerOptions;
  readonly #originCheck: OriginCheck;
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  readonly #cut = new AbortController();
  readonly #clients = new Map<WebSocket, Subscriber>();
  readonly #stopObserving: () => void;
  #namespace: Namespace;
  #flushTimer: ReturnType<typeof setTimeout> | undefined;

  /** Takes the port. Throws Deno's error when it is taken, or the address is not this machine's. */
  constructor(options: OscQueryServerOptions) {
    this.#options = options;
    const machine = Deno.hostname();
    this.#originCheck = new OriginCheck(
      [options.hostname, machine, `${machine}.local`],
      options.allowedOrigins,
    );
    this.#namespace = this.#build();
    const { hostname, port, engine, admission } = options;
    this.#stopObserving = engine.observe((event) => {
      if (event.event === "parameter") this.#touch(engine.parameters[event.parameter].address);
      // in a microtask, so that the address space, which observes too, has the methods of the new patch
      if (event.event === "patch") queueMicrotask(() => this.#followPatch());
    });
    try {
      this.#server = Deno.serve({
        hostname,
        port,
        signal: this.#cut.signal,
        onListen: () => {},
        onError: (error) => {
          admission.traffic.record("failed", () => `OSCQuery: ${String(error)}`);
          return new Response("internal error\n", { status: 500 });
        },
      }, (request, info) => this.#answer(request, info.remoteAddr));
    } catch (error) {
      this.#stopObserving();
      throw error;
    }
  }

  /** Where it listens, e.g. `http://127.0.0.1:57131`. */
  get url(): string {
    const { hostname, port } = this.#server.addr;
    return `http://${hostAndPort(hostname, port)}`;
  }

  get port(): number {
    return this.#server.addr.port;
  }

  /** Builds the tree of the new patch, and tells the clients the path below which it differs. */
  #followPatch(): void {
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
    this.#stopObserving();
    clearTimeout(this.#flushTimer);
    for (const socket of this.#clients.keys()) socket.close(1001, "the engine ends");
    const timer = setTimeout(() => this.#cutOff(), stopMs);
    await this.#server.shutdown();
    clearTimeout(timer);
  }

  /**
   * Ends what is still connected. When everything has ended by itself just before this isolate gets its turn, the runtime
   * reports the server that is gone as an uncaught error, which would end the process.
   */
  #cutOff(): void {
    const ignoreGone = (event: ErrorEvent) => {
      if (!(event.error instanceof Deno.errors.BadResource)) return;
      event.preventDefault();
      event.stopImmediatePropagation(); // nobody else needs to prepare for the end of the process
    };
    globalThis.addEventListener("error", ignoreGone, { capture: true });
    this.#cut.abort();
    globalThis.removeEventListener("error", ignoreGone, { capture: true });
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
    const refusal = this.#originCheck.refusal(request.headers.get("host"), origin);
    if (refusal !== undefined) {
      const { traffic } = this.#options.admission;
      traffic.record(
        "refused",
        () => `OSCQuery: turned away a request from ${from.hostname}: ${refusal}`,
      );
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
    const { pathname, search } = new URL(request.url);
    const { status, body } = answerQuery(pathname, search, {
      namespace: this.#namespace,
      hostInfo: this.#hostInfo(),
      valueOf: (parameter) => this.#valueOf(parameter),
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
      ...(!isUnspecified(osc.hostname) && { OSC_IP: osc.hostname }),
      OSC_PORT: osc.port,
      OSC_TRANSPORT: "UDP",
      ...(!isUnspecified(hostname) && { WS_IP: hostname }),
      WS_PORT: this.port,
    };
  }

  #upgrade(request: Request, from: Deno.NetAddr): Response {
    if (this.#clients.size >= maxSockets) return plain(503, `expected at most ${maxSockets} WebSockets`);
    const { socket, response } = Deno.upgradeWebSocket(request, { idleTimeout: idleSeconds });
    const client = new Subscriber(socket);
    const sender = this.#senderOf(socket, client, from);
    this.#clients.set(socket, client);
    socket.binaryType = "arraybuffer";
    socket.onmessage = ({ data }) => {
      if (typeof data === "string") this.#command(data, client, socket);
      else this.#packet(new Uint8Array(data), socket, sender);
    };
    socket.onclose = () => this.#clients.delete(socket);
    socket.onerror = () => this.#clients.delete(socket);
    return response;
  }

  #senderOf(socket: WebSocket, client: Subscriber, from: Deno.NetAddr): PacketSender {
    const { traffic } = this.#options.admission;
    const hostname = plainHostname(from.hostname);
    const key = `ws ${hostAndPort(hostname, from.port)}`;
    return {
      key,
      hostname,
      isLocal: isLoopback(hostname),
      reply: (message) => {
        if (socket.readyState !== WebSocket.OPEN || client.answer(message)) return;
        traffic.record("replies", () => `OSCQuery: ${key} does not take its answers; dropped`);
      },
      onRead: (packet) => {
        if (client.heard(packet)) this.#flushSoon();
      },
    };
  }

  #command(text: string, client: Subscriber, socket: WebSocket): void {
    if (text.length > maxCommandLength) {
      return this.#tooLarge(socket, `a command of ${text.length} characters`);
    }
    let command: { COMMAND?: unknown; DATA?: unknown } | null;
    try {
      command = JSON.parse(text);
    } catch {
      return this.#refuseCommand("expected a command as JSON");
    }
    const { COMMAND: name, DATA: path } = Object(command) as { COMMAND?: unknown; DATA?: unknown };
    if ((name !== "LISTEN" && name !== "IGNORE") || typeof path !== "string") {
      return this.#refuseCommand("expected the command LISTEN or IGNORE with a path");
    }
    const node = this.#namespace.find(path);
    const address = node?.attributes.FULL_PATH ?? path;
    if (name === "IGNORE") return client.ignore(address);
    if (!node?.parameter) return this.#refuseCommand("LISTEN: there is no value at the path");
    client.listen(address);
    this.#flushSoon();
  }

  #refuseCommand(reason: string): void {
    this.#options.admission.traffic.record("malformed", () => `OSCQuery: ${reason}`);
  }

  #packet(bytes: Uint8Array, socket: WebSocket, sender: PacketSender): void {
    if (bytes.length > maxPacketBytes) return this.#tooLarge(socket, `a packet of ${bytes.length} bytes`);
    this.#options.admission.receive(bytes, sender);
  }

  #tooLarge(socket: WebSocket, what: string): void {
    const { traffic } = this.#options.admission;
    traffic.record("refused", () => `OSCQuery: ${what} is too long; connection closed`);
    socket.close(1009, "too long");
  }

  #valueOf(parameter: ParameterDeclaration): number {
    const { engine } = this.#options;
    return engine.parameterValue(engine.parameters.indexOf(parameter)) ?? parameter.default;
  }

  #touch(address: string): void {
    let wanted = false;
    for (const client of this.#clients.values()) wanted = client.touch(`/${address}`) || wanted;
    if (wanted) this.#flushSoon();
  }

  #flushSoon(): void {
    this.#flushTimer ??= setTimeout(() => {
      this.#flushTimer = undefined;
      const valueOf = (address: string) => this.#valueOf(this.#namespace.find(address)!.parameter!);
      let all = true;
      for (const [socket, client] of this.#clients) {
        if (socket.readyState === WebSocket.OPEN) all = client.flush(valueOf) && all;
      }
      if (!all) this.#flushSoon();
    }, flushMs);
  }
}

function plain(status: number, text: string, headers = new Headers()): Response {
  headers.set("content-type", "text/plain; charset=utf-8");
  return new Response(`${text}\n`, { status, headers });
}
