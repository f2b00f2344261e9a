/**
 * OSCQuery: the namespace over HTTP; values, and packets of OSC, over a WebSocket at the same port. Every request is answered
 * from memory at once; values and answers that a client does not take are not queued. Routes that others hand in are served at the
 * same port, behind the same checks. Main isolate.
 */
import { plainAnswer } from "./plain_answer.ts";
import type { EngineControl } from "../../engine/control/control.ts";
import type { AdmissionControl } from "../admission/admission.ts";
import type { MethodDescription } from "../methods/method_description.ts";
import type { PacketSender } from "../packet/packet_sender.ts";
import { hostAndPort, isLoopback, isUnspecified } from "../transport/network_address.ts";
import type { HttpAnswer, HttpPeer, HttpQuestion, QuerySocket, SocketHandler } from "./http_listener.ts";
import { HttpListener } from "./http_listener.ts";
import { Namespace, type ParameterDeclaration } from "./namespace.ts";
import { OriginCheck } from "./origin_check.ts";
import { answerQuery, extensions, type HostInfo } from "./query.ts";
import { type HttpRoute, RouteTable } from "./route_table.ts";
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
  /** HTTP connections at once; omitted: as many as `httpLimits` says. */
  readonly maxConnections?: number;
  /** What else is served at the port; omitted: nothing. */
  readonly routes?: readonly HttpRoute[];
}

/** Shortest time between two messages with values: a screen shows no more. */
const flushMs = 1_000 / 60;
const maxUrlLength = 2_048;
const maxCommandLength = 4_096;
/** The same as over UDP. */
const maxPacketBytes = 65_507;
/** When the server stops, WebSockets that do not end by themselves within this time are cut. */
export const stopMs = 100;

interface CommandSource {
  readonly socket: QuerySocket;
  readonly sender: PacketSender;
}

/** One HTTP server with its WebSocket clients. */
export class OscQueryServer {
  readonly #options: OscQueryServerOptions;
  readonly #originCheck: OriginCheck;
  readonly #listener: HttpListener;
  readonly #routes: RouteTable;
  readonly #clients = new Map<QuerySocket, Subscriber>();
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
    this.#routes = new RouteTable(options.routes ?? []);
    const { hostname, port, engine, admission } = options;
    this.#stopObserving = engine.observe((event) => {
      if (event.event === "parameter") this.#touch(engine.parameters[event.parameter].address);
      // in a microtask, so that the address space, which observes too, has the methods of the new patch
      if (event.event === "patch") queueMicrotask(() => this.#followPatch());
    });
    try {
      this.#listener = new HttpListener({
        hostname,
        port,
        maxMessageBytes: maxPacketBytes,
        maxConnections: options.maxConnections,
        traffic: admission.traffic,
        onRequest: (question) => this.#answer(question),
        onUpgrade: (question) => this.#refusal(question),
        onSocket: (socket, question) => this.#welcome(socket, question),
      });
    } catch (error) {
      this.#stopObserving();
      throw error;
    }
  }

  /** Where it listens, e.g. `http://127.0.0.1:57131`. */
  get url(): string {
    const { hostname, port } = this.#listener.address;
    return `http://${hostAndPort(hostname, port)}`;
  }

  get port(): number {
    return this.#listener.address.port;
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
    await this.#listener.stop(stopMs);
  }

  #build(): Namespace {
    const { engine, methods } = this.#options;
    return new Namespace({
      parameters: engine.parameters,
      instruments: engine.instruments,
      methods: methods(),
    });
  }

  /** The answer to a request that is not let in. */
  #refusal({ host, origin, peer, url }: HttpQuestion): HttpAnswer | undefined {
    const refusal = this.#originCheck.refusal(host, origin);
    if (refusal !== undefined) {
      this.#options.admission.traffic.record(
        "refused",
        () => `OSCQuery: turned away a request from ${peer.hostname}: ${refusal}`,
      );
      return plainAnswer(403, refusal);
    }
    if (url.length > maxUrlLength) return plainAnswer(414, `expected at most ${maxUrlLength} characters`);
    if (!this.#options.admission.admits(peer.host)) return plainAnswer(429, "too many requests; ask slower");
  }

  #answer(question: HttpQuestion): HttpAnswer | Promise<HttpAnswer> {
    const refusal = this.#refusal(question);
    if (refusal) return refusal;
    const { method, origin, peer } = question;
    const headers: Record<string, string> = {
      "cache-control": "no-store",
      "cross-origin-resource-policy": "same-origin",
      "x-content-type-options": "nosniff",
      "vary": "origin, accept",
      ...(origin !== null && { "access-control-allow-origin": origin }),
    };
    if (method === "OPTIONS") {
      return { status: 204, headers: { ...headers, "access-control-allow-methods": "GET, HEAD" } };
    }
    if (method !== "GET" && method !== "HEAD") {
      return plainAnswer(405, `expected GET, found ${method}`, { ...headers, allow: "GET, HEAD, OPTIONS" });
    }
    const target = URL.parse(question.url, "http://engine/");
    if (!target) return plainAnswer(400, "expected a path", headers);
    const route = this.#routes.find(target, question.accept);
    if (route) {
      const answer = this.#options.admission.measure(peer.host, () => route.respond(question, target));
      const complete = (made: HttpAnswer): HttpAnswer => ({
        ...made,
        headers: { ...headers, ...made.headers },
      });
      return answer instanceof Promise ? answer.then(complete) : complete(answer);
    }
    const { status, body } = this.#options.admission.measure(
      peer.host,
      () =>
        answerQuery(target.pathname, target.search, {
          namespace: this.#namespace,
          hostInfo: this.#hostInfo(),
          valueOf: (parameter) => this.#valueOf(parameter),
        }),
    );
    if (status !== 200) return body === undefined ? { status, headers } : plainAnswer(status, body, headers);
    return { status, headers: { ...headers, "content-type": "application/json" }, body };
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

  #welcome(socket: QuerySocket, { url, accept, peer }: HttpQuestion): SocketHandler {
    const target = URL.parse(url, "http://engine/");
    const route = target ? this.#routes.find(target, accept) : undefined;
    if (route?.onSocket) return route.onSocket(socket, peer);
    const client = new Subscriber(socket);
    const sender = this.#senderOf(socket, client, peer);
    this.#clients.set(socket, client);
    return {
      onMessage: (data) => {
        if (typeof data === "string") this.#command(data, client, { socket, sender });
        else this.#options.admission.receive(data, sender);
      },
      onClose: () => this.#clients.delete(socket),
    };
  }

  #senderOf(socket: QuerySocket, client: Subscriber, from: HttpPeer): PacketSender {
    const { traffic } = this.#options.admission;
    const { hostname } = from;
    const key = `ws ${hostAndPort(hostname, from.port)}`;
    return {
      key,
      hostname,
      isLocal: isLoopback(hostname),
      isProven: true,
      reply: (message) => {
        if (socket.readyState !== socket.OPEN || client.answer(message)) return;
        traffic.record("replies", () => `OSCQuery: ${key} does not take its answers; dropped`);
      },
      onRead: (packet) => {
        if (client.heard(packet)) this.#flushSoon();
      },
    };
  }

  #command(text: string, client: Subscriber, { socket, sender }: CommandSource): void {
    if (!this.#options.admission.acquire(sender, text.length)) return;
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

  #tooLarge(socket: QuerySocket, what: string): void {
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
        if (socket.readyState === socket.OPEN) all = client.flush(valueOf) && all;
      }
      if (!all) this.#flushSoon();
    }, flushMs);
  }
}
