/**
 * The engine's side of the operator's page: the WebSocket `/ui/socket`. It sends what the main isolate knows (status, patch, values,
 * timeline, log, messages), passes on what the telemetry thread makes, and gives a page's commands to the admission that every client of
 * OSC passes. Without a page it keeps the timeline and nothing else. Main isolate.
 */
import { basename } from "node:path";
import {
  type AccessState,
  type EngineMessage,
  type FileEntry,
  type Hello,
  maxLogLines,
  type Moment,
  type OscReply,
  type PatchMessage,
  protocolVersion,
  type RecorderState,
  type StatusMessage,
  type Want,
} from "../../dashboard/protocol.ts";
import {
  type EngineControl,
  type EngineStatus,
  faultKinds,
  faultTargets,
} from "../../engine/control/control.ts";
import { frameNumber } from "../../engine/memory/frame_number.ts";
import type { SharedMemory } from "../../engine/memory/shared_memory.ts";
import type { Log } from "../../foundation/logging.ts";
import type { LogMemory } from "../../foundation/log_memory.ts";
import type { TelemetryReport } from "../../telemetry/telemetry_messages.ts";
import type { AccessControl } from "../admission/access_control.ts";
import type { AdmissionControl } from "../admission/admission.ts";
import type { MonitoredMessage } from "../admission/osc_monitor.ts";
import { shownParts } from "../methods/dump.ts";
import type { HttpPeer, QuerySocket, SocketHandler } from "../oscquery/http_listener.ts";
import type { HttpRoute } from "../oscquery/route_table.ts";
import { encodePacket } from "../packet/codec.ts";
import type { OscArgument, OscMessage } from "../packet/packet.ts";
import type { PacketSender } from "../packet/packet_sender.ts";
import { hostAndPort, isLoopback } from "../transport/network_address.ts";
import { PageClient } from "./page_client.ts";
import { maxTextLength, packetOf, readPageMessage } from "./page_message.ts";
import { TelemetryThread } from "./telemetry_thread.ts";
import { TimelineLog } from "./timeline_log.ts";

export interface PageServerOptions {
  readonly engine: EngineControl;
  readonly memory: SharedMemory;
  /** Path of the shared object. */
  readonly nativeLibrary: string;
  readonly version: string;
  /** The OSC address space. */
  readonly space: { has(address: string): boolean };
  readonly admission: AdmissionControl;
  readonly access: AccessControl;
  readonly log: Pick<Log, "info" | "warning">;
  /** The lines of the log; omitted: a page gets none. */
  readonly lines?: LogMemory;
  /** Pages may ask and change nothing. */
  readonly isReadOnly: boolean;
  /** Whether faults are allowed by configuration. */
  readonly faultsAllowed: boolean;
  /** Names of the outputs in their order; omitted: they have none. */
  readonly outputNames?: readonly string[];
  /** Names of patches that load without a file. */
  readonly patches: readonly string[];
  /** The session that is written; empty: none is. */
  readonly session: string;
  /** Recordings and sessions; omitted: there are none to show. */
  readonly files?: () => Promise<readonly FileEntry[]>;
  /** The telemetry thread ends this long after the last page has left; omitted: 2 s, so that a page that reloads finds it. */
  readonly lingerMs?: number;
}

/** Shortest time between two messages with values or lines. */
const flushMs = 1_000 / 30;

/** Time between two messages with the status, and the shortest one after events. */
const statusMs = 1_000;
const statusSoonMs = 50;

const defaultLingerMs = 2_000;

/** A thread that has ended by itself is started again after this. */
const restartMs = 1_000;

export class PageServer {
  readonly #options: PageServerOptions;
  readonly #timeline: TimelineLog;
  readonly #clients = new Map<number, PageClient>();
  readonly #senders = new Map<number, PacketSender>();
  readonly #stopObserving: (() => void)[];
  readonly #runId = crypto.randomUUID();
  #nextId = 1;
  #thread: TelemetryThread | undefined;
  #ending: Promise<void> = Promise.resolve();
  #lingerTimer: ReturnType<typeof setTimeout> | undefined;
  #flushTimer: ReturnType<typeof setTimeout> | undefined;
  #statusTimer: ReturnType<typeof setTimeout> | undefined;
  #stopMonitoring: (() => void) | undefined;
  #isStopped = false;

  constructor(options: PageServerOptions) {
    const { engine, lines } = options;
    this.#options = options;
    this.#timeline = new TimelineLog({
      engine,
      moment: () => this.#moment(),
      onEntry: (entry) => this.#sendAll(() => ({ type: "timeline", ...this.#moment(), entries: [entry] })),
    });
    this.#stopObserving = [engine.observe((event) => {
      if (this.#clients.size === 0 || event.event === "noteEnd" || event.event === "showCue") return;
      if (event.event === "showStatus") {
        return this.#sendAll(() => ({ type: "showStatus", status: event.status }));
      }
      if (event.event === "showList") return this.#followShow();
      if (event.event === "parameter") {
        for (const client of this.#clients.values()) client.touch(event.parameter);
        return this.#flushSoon();
      }
      // in a microtask, so that the address space, which observes too, has the methods of the new patch
      if (event.event === "patch") queueMicrotask(() => this.#followPatch());
      this.#statusWithin(statusSoonMs);
    })];
    if (!lines) return;
    this.#stopObserving.push(lines.observe((line) => {
      if (this.#clients.size === 0) return;
      for (const client of this.#clients.values()) client.log(line);
      this.#flushSoon();
    }));
  }

  /** What it serves beside OSCQuery. */
  get routes(): readonly HttpRoute[] {
    return [{
      path: "/ui/socket",
      respond: () => ({
        status: 426,
        headers: { "content-type": "text/plain", "upgrade": "websocket" },
        body: "this address takes WebSockets only\n",
      }),
      onSocket: (socket, peer) => this.#welcome(socket, peer),
    }];
  }

  /** Pages that are open. */
  get pages(): number {
    return this.#clients.size;
  }

  /** Whether the telemetry thread runs. */
  get hasThread(): boolean {
    return this.#thread !== undefined;
  }

  /** Ends everything but the sockets, which the listener closes. Safe to repeat. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#timeline.stop();
    this.#stopObserving.forEach((stop) => stop());
    this.#stopMonitoring?.();
    clearTimeout(this.#flushTimer);
    clearTimeout(this.#statusTimer);
    clearTimeout(this.#lingerTimer);
    for (const client of this.#clients.values()) client.close("the engine ends");
    this.#endThread();
    await this.#ending;
  }

  #welcome(socket: QuerySocket, { hostname, port }: HttpPeer): SocketHandler {
    const { access, isReadOnly } = this.#options;
    const client = new PageClient(this.#nextId++, socket);
    const sender: PacketSender = {
      key: `page ${client.id} ${hostAndPort(hostname, port)}`, // a login ends with its connection, whoever has the port later
      hostname,
      isLocal: isLoopback(hostname),
      isProven: true,
      isReadOnly,
      reply: (message) => this.#reply(client, sender, message),
    };
    if (access.verdict(hostname) === "forbidden") {
      client.close(
        `${hostname} is not admitted: list it in UNDERSTUDY_OSC_ALLOW or UNDERSTUDY_OSC_READ_ONLY`,
      );
      return { onMessage: () => {}, onClose: () => {} };
    }
    this.#clients.set(client.id, client);
    this.#senders.set(client.id, sender);
    this.#beginThread();
    client.send(this.#hello(client, sender));
    client.send(this.#patch());
    client.send(this.#status());
    client.send({ type: "timeline", ...this.#moment(), entries: this.#timeline.entries });
    this.#showOfEngine().forEach((message) => client.send(message));
    this.#thread?.post({ kind: "want", page: client.id, want: {} });
    this.#statusWithin(statusMs);
    return {
      onMessage: (data) => this.#receive(data, client, sender),
      onClose: () => this.#leave(client),
    };
  }

  #leave(client: PageClient): void {
    if (!this.#clients.delete(client.id)) return;
    this.#senders.delete(client.id);
    this.#thread?.post({ kind: "leave", page: client.id });
    this.#followMonitoring();
    if (this.#clients.size > 0 || this.#isStopped) return;
    clearTimeout(this.#statusTimer);
    this.#statusTimer = undefined;
    this.#lingerTimer = setTimeout(() => this.#endThread(), this.#options.lingerMs ?? defaultLingerMs);
  }

  #receive(data: string | Uint8Array<ArrayBuffer>, client: PageClient, sender: PacketSender): void {
    const { admission } = this.#options;
    const malformed = (problem: string) =>
      admission.traffic.record("malformed", () => `page: ${sender.key}: ${problem}`);
    if (typeof data !== "string") return malformed("expected a text");
    if (data.length > maxTextLength) return malformed(`expected at most ${maxTextLength} characters`);
    const message = readPageMessage(data, malformed);
    if (message === undefined) return void admission.acquire(sender, data.length);
    switch (message.type) {
      case "want":
        return admission.acquire(sender, data.length) ? this.#follow(client, message) : undefined;
      case "files":
        return admission.acquire(sender, data.length) ? void this.#sendFiles(client) : undefined;
      case "showText":
        return admission.acquire(sender, data.length) ? this.#sendShowText(client) : undefined;
      case "login":
        return admission.receive(
          encodePacket({ address: "/login", args: [{ type: "s", value: message.secret }] }),
          sender,
        );
      case "osc":
        try {
          return admission.receive(encodePacket(packetOf(message)), sender);
        } catch (error) {
          return client.send(replyOf("/fail", [message.address, (error as Error).message]));
        }
    }
  }

  /** The list of the show and what runs of it. */
  #showOfEngine(): EngineMessage[] {
    const { show } = this.#options.engine;
    return show === undefined
      ? [{ type: "showList", list: null }]
      : [{ type: "showList", list: show.list }, { type: "showStatus", status: show.status() }];
  }

  #followShow(): void {
    this.#showOfEngine().forEach((message) => this.#sendAll(() => message));
  }

  #follow(client: PageClient, want: Want): void {
    const beginsLog = client.wants(want);
    const { liveHz, histograms, scope, listen } = want;
    this.#thread?.post({ kind: "want", page: client.id, want: { liveHz, histograms, scope, listen } });
    this.#followMonitoring();
    if (beginsLog) this.#options.lines?.lines.slice(-maxLogLines).forEach((line) => client.log(line));
    this.#flushSoon();
  }

  /** Looks at messages while a page wants them. */
  #followMonitoring(): void {
    const isWanted = [...this.#clients.values()].some(({ want }) => want.osc !== undefined);
    if (isWanted) {
      this.#stopMonitoring ??= this.#options.admission.monitor.observe((each) => this.#showMessage(each));
    } else {
      this.#stopMonitoring?.();
      this.#stopMonitoring = undefined;
    }
  }

  #showMessage({ direction, message, peer }: MonitoredMessage): void {
    const { address, types, values: args } = shownParts(
      message,
      direction === "out" || this.#options.space.has(message.address),
    );
    const line = { unixMs: Date.now(), direction, peer, address, types, args };
    for (const client of this.#clients.values()) client.traffic(line);
    this.#flushSoon();
  }

  async #sendFiles(client: PageClient): Promise<void> {
    try {
      client.send({ type: "files", files: await this.#options.files?.() ?? [] });
    } catch (error) {
      client.send(replyOf("/fail", ["files", (error as Error).message]));
    }
  }

  #sendShowText(client: PageClient): void {
    const { show } = this.#options.engine;
    client.send({ type: "showText", revision: show?.list.revision ?? 0, text: show?.text ?? "" });
  }

  #reply(client: PageClient, sender: PacketSender, { address, args }: OscMessage): void {
    const values = args.map(valueOf);
    if ((address === "/done" || address === "/fail") && values[0] === "/login") {
      const problem = address === "/fail" ? String(values[1] ?? "") : "";
      return this.#sendAccess(client, sender, problem);
    }
    client.send(replyOf(address, values));
  }

  #sendAccess(client: PageClient, sender: PacketSender, problem: string): void {
    const state = this.#accessOf(sender);
    client.seat = state.seat;
    client.send({ type: "access", ...state, problem });
  }

  #accessOf(sender: PacketSender): AccessState {
    const { access, isReadOnly } = this.#options;
    switch (access.rightOf(sender)) {
      case "change":
        return { seat: "change", reason: "" };
      case "login":
        return { seat: "login", reason: "UNDERSTUDY_OSC_SECRET is set: log in with it" };
      default:
        return {
          seat: "read",
          reason: isReadOnly
            ? "UNDERSTUDY_PAGE is read"
            : `UNDERSTUDY_OSC_READ_ONLY lists ${sender.hostname}`,
        };
    }
  }

  #hello(client: PageClient, sender: PacketSender): Hello {
    const { version, memory, engine, faultsAllowed, isReadOnly, outputNames = [] } = this.#options;
    const { sampleRateHz, blockFrames, channels } = memory.geometry;
    const access = this.#accessOf(sender);
    client.seat = access.seat;
    return {
      type: "hello",
      ...this.#moment(),
      protocol: protocolVersion,
      version,
      hostname: Deno.hostname(),
      runId: this.#runId,
      sampleRateHz,
      blockFrames,
      channels,
      outputNames,
      isolation: engine.status().isolation,
      access,
      ...(faultsAllowed && sender.isLocal && !isReadOnly &&
        { faults: { kinds: faultKinds, targets: faultTargets } }),
    };
  }

  #patch(): PatchMessage {
    const { engine, patches } = this.#options;
    return {
      type: "patch",
      name: engine.status().patch,
      parameters: engine.parameters.map((parameter, index) => ({
        ...parameter,
        value: engine.parameterValue(index) ?? parameter.default,
      })),
      instruments: engine.instruments,
      patches,
    };
  }

  #status(): StatusMessage {
    const { engine, session } = this.#options;
    const status = engine.status();
    return {
      type: "status",
      ...this.#moment(),
      status,
      voices: engine.voices(),
      problems: engine.problems(),
      recorder: recorderOf(status),
      session,
    };
  }

  #followPatch(): void {
    if (this.#isStopped) return;
    for (const client of this.#clients.values()) client.forgetValues();
    this.#sendAll(() => this.#patch());
  }

  /** Sends the status within this time, and then once a second. */
  #statusWithin(ms: number): void {
    if (this.#isStopped || (this.#statusTimer !== undefined && ms === statusMs)) return;
    clearTimeout(this.#statusTimer);
    this.#statusTimer = setTimeout(() => {
      this.#statusTimer = undefined;
      if (this.#clients.size === 0) return;
      this.#sendAll(() => this.#status());
      for (const client of this.#clients.values()) {
        const sender = this.#senders.get(client.id)!;
        if (client.seat !== this.#accessOf(sender).seat) this.#sendAccess(client, sender, "");
      }
      this.#statusWithin(statusMs);
    }, ms);
  }

  #sendAll(make: () => EngineMessage): void {
    if (this.#clients.size === 0) return;
    const text = JSON.stringify(make());
    for (const client of this.#clients.values()) client.sendText(text);
  }

  #flushSoon(): void {
    if (this.#isStopped) return;
    this.#flushTimer ??= setTimeout(() => {
      this.#flushTimer = undefined;
      const { engine } = this.#options;
      let all = true;
      for (const client of this.#clients.values()) {
        all = client.flush((index) => engine.parameterValue(index) ?? 0) && all;
      }
      if (!all) this.#flushSoon();
    }, flushMs);
  }

  #beginThread(): void {
    clearTimeout(this.#lingerTimer);
    this.#lingerTimer = undefined;
    if (this.#thread || this.#isStopped) return;
    const { memory, nativeLibrary, log } = this.#options;
    const thread = this.#thread = new TelemetryThread({
      memory,
      nativeLibrary,
      onReport: (report) => this.#pass(report),
      onError: (error) => {
        log.warning(`the page's thread ended: ${error.message}; started again`);
        if (this.#thread !== thread) return;
        this.#endThread();
        this.#lingerTimer = setTimeout(() => this.#clients.size > 0 && this.#beginThread(), restartMs);
      },
    });
    for (const { id, want: { liveHz, histograms, scope, listen } } of this.#clients.values()) {
      thread.post({ kind: "want", page: id, want: { liveHz, histograms, scope, listen } });
    }
  }

  #endThread(): void {
    const thread = this.#thread;
    this.#thread = undefined;
    if (thread) this.#ending = Promise.all([this.#ending, thread.stop()]).then(() => {});
  }

  #pass({ items }: TelemetryReport): void {
    for (const { pages, isText, data, listenFrames } of items) {
      for (const id of pages) {
        const isTaken = this.#clients.get(id)?.sendLossy(data, isText) ?? true;
        if (!isTaken && listenFrames > 0) {
          this.#thread?.post({ kind: "lost", page: id, frames: listenFrames });
        }
      }
    }
  }

  #moment(): Moment {
    const { memory } = this.#options;
    return { unixMs: Date.now(), frame: frameNumber(memory, memory.consumed()) };
  }
}

function recorderOf(
  { rec: { state, file, seconds, bytes, lostFrames, problem } }: EngineStatus,
): RecorderState {
  return { state, file: basename(file), seconds, bytes, lostFrames, problem };
}

function replyOf(address: string, args: OscReply["args"]): OscReply {
  return { type: "reply", address, args };
}

function valueOf(argument: OscArgument): OscReply["args"][number] {
  if (argument.type === "T") return true;
  if (argument.type === "F") return false;
  if (!("value" in argument)) return null;
  return typeof argument.value === "number" ? argument.value : String(argument.value);
}
