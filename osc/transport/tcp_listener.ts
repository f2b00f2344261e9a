/**
 * OSC over TCP, with packets framed as the setting says, or as each client frames them. There are limits to the number of
 * clients, to the time that a client may leave a packet unfinished, and to the answers that it may leave unread. Main isolate.
 */
import { joinBytes } from "../../foundation/join_bytes.ts";
import type { AdmissionControl } from "../admission/admission.ts";
import { encodePacket, OscMalformedError, type OscMessage } from "../packet/codec.ts";
import type { PacketSender } from "../packet/packet_sender.ts";
import { senderHost } from "../packet/sender_host.ts";
import { acceptConnections } from "./accept_connections.ts";
import { ConnectionTable, limitsOf, tcpLimits } from "./connection_table.ts";
import { frame, type FrameReader, frameReader, framingOf, type framings } from "./framing.ts";
import { hostAndPort, isLoopback, plainHostname } from "./network_address.ts";
import { portError } from "./port_error.ts";
import { ReadingTurn } from "./reading_turn.ts";

export interface TcpListenerOptions {
  /** An address of this machine, IPv4 or IPv6; `::` takes both. */
  readonly hostname: string;
  /** 0 takes any free port. */
  readonly port: number;
  /** The setting that an error names. */
  readonly portSetting?: string;
  /** How clients mark packets; `auto`: each as its first byte tells. */
  readonly framing: typeof framings[number] | "auto";
  /** Clients at once: beyond, the idlest gives way, and without one the newest is turned away. */
  readonly maxClients?: number;
  /** A packet that has begun must end within this, in milliseconds. Between packets a client may be silent. */
  readonly unfinishedMs?: number;
}

const defaults = { maxClients: tcpLimits.maxConnections, unfinishedMs: 10_000 };

/** The connection of a client that leaves more answers unread than this, in bytes, is closed. */
const maxUnreadBytes = 1 << 20;

const pieceBytes = 16_384;

/** One TCP port, and a loop for each client. */
export class TcpListener {
  readonly #listener: Deno.TcpListener;
  readonly #options: TcpListenerOptions & typeof defaults;
  readonly #clients: ConnectionTable<TcpSender>;
  readonly #loops = new Set<Promise<void>>();
  readonly #turn = new ReadingTurn();
  #finished: Promise<void> | undefined;
  #stopped = false;

  private constructor(listener: Deno.TcpListener, options: TcpListenerOptions) {
    this.#listener = listener;
    this.#options = { ...defaults, ...options };
    this.#clients = new ConnectionTable(limitsOf(this.#options.maxClients));
  }

  /**
   * Takes the port.
   *
   * @throws {PortInUseError} and PortError for an address that is not this machine's
   */
  static bind(options: TcpListenerOptions): TcpListener {
    const { hostname, port } = options;
    try {
      return new TcpListener(Deno.listen({ transport: "tcp", hostname, port }), options);
    } catch (cause) {
      const { portSetting = "UNDERSTUDY_OSC_TCP_PORT" } = options;
      const settings = { hostSetting: "UNDERSTUDY_OSC_HOST", portSetting };
      throw portError(cause, { hostname, port, protocol: "OSC (TCP)", ...settings });
    }
  }

  /** Begins to take clients. */
  serve(admission: AdmissionControl): void {
    this.#finished ??= this.#accept(admission);
  }

  /** Where it listens, e.g. `127.0.0.1:57130` or `[::1]:57130`. */
  get address(): string {
    const { hostname, port } = this.#listener.addr;
    return hostAndPort(hostname, port);
  }

  /** Clients that are connected. */
  get clients(): number {
    return this.#clients.size;
  }

  /** Closes the port and every connection, and waits until all loops have ended. Safe to repeat. */
  async stop(): Promise<void> {
    if (!this.#stopped) {
      this.#stopped = true;
      this.#listener.close();
      for (const client of this.#clients.values()) client.close();
    }
    await this.#finished;
    await Promise.all(this.#loops);
  }

  #accept(admission: AdmissionControl): Promise<void> {
    return acceptConnections(this.#listener, {
      isStopped: () => this.#stopped,
      onConnection: (connection) => this.#addClient(connection, admission),
      onError: (error) => admission.traffic.record("failed", () => `OSC over TCP: ${String(error)}`),
    });
  }

  #addClient(connection: Deno.TcpConn, admission: AdmissionControl): void {
    const client = new TcpSender(connection, { ...this.#options, admission, turn: this.#turn });
    if (!this.#clients.add(client)) {
      client.close();
      admission.traffic.record("refused", () => `${client.key}: turned away, there are too many TCP clients`);
      return;
    }
    const loop = client.run().finally(() => {
      this.#clients.delete(client);
      this.#loops.delete(loop);
    });
    this.#loops.add(loop);
  }
}

interface TcpSenderOptions {
  readonly framing: TcpListenerOptions["framing"];
  readonly unfinishedMs: number;
  readonly admission: AdmissionControl;
  readonly turn: ReadingTurn;
}

/** One connection. */
class TcpSender implements PacketSender {
  readonly key: string;
  readonly hostname: string;
  readonly isLocal: boolean;
  readonly isProven = true;
  readonly host: string;
  hasSpoken = false;
  lastMs = performance.now();
  readonly #connection: Deno.TcpConn;
  readonly #options: TcpSenderOptions;
  readonly #reader: FrameReader;
  #closed = false;
  #unread = 0;
  #outgoing: Uint8Array<ArrayBuffer>[] = [];
  #unfinishedSinceMs: number | undefined;
  #hasBegun = false;

  constructor(connection: Deno.TcpConn, options: TcpSenderOptions) {
    this.#connection = connection;
    this.#options = options;
    this.#reader = frameReader(options.framing);
    this.hostname = plainHostname(connection.remoteAddr.hostname);
    this.isLocal = isLoopback(this.hostname);
    this.host = senderHost(this.hostname);
    this.key = `tcp ${peerOf(connection)}`;
    connection.setNoDelay(true);
    connection.setKeepAlive(true);
  }

  /** Reads until the connection ends. Never rejects. */
  async run(): Promise<void> {
    const { admission: { traffic }, turn, unfinishedMs } = this.#options;
    const watch = setInterval(() => this.#closeIfUnfinished(), Math.max(10, unfinishedMs / 4));
    const piece = new Uint8Array(pieceBytes);
    try {
      while (!this.#closed) {
        const count = await this.#connection.read(piece);
        if (count === null) break;
        this.#read(piece.subarray(0, count));
        if (turn.isOver()) await turn.yield();
      }
    } catch (error) {
      if (error instanceof OscMalformedError) {
        traffic.record("malformed", () => `${malformed(this.key, error)}; connection closed`);
      } else if (!this.#closed && !isHangUp(error)) {
        traffic.record("failed", () => `${this.key}: ${String(error)}`);
      }
    } finally {
      clearInterval(watch);
      this.close();
    }
  }

  #read(piece: Uint8Array): void {
    const { admission } = this.#options;
    if (!this.#hasBegun) this.#checkFirst(piece[0]);
    this.#hasBegun = true;
    this.#reader.push(
      piece,
      (bytes) => {
        this.#unfinishedSinceMs = undefined;
        this.hasSpoken = true;
        this.lastMs = performance.now();
        admission.receive(bytes, this);
      },
      (error) => admission.traffic.record("malformed", () => malformed(this.key, error)),
    );
    if (!this.#reader.inside) this.#unfinishedSinceMs = undefined;
    else this.#unfinishedSinceMs ??= performance.now();
  }

  /** A client that frames as the setting does not say would only be silent: throws {@link OscMalformedError}. */
  #checkFirst(byte: number): void {
    const { framing } = this.#options;
    const found = framingOf(byte);
    if (framing === "auto" || found === undefined || found === framing) return;
    const names = { slip: "SLIP", length: "a size" };
    throw new OscMalformedError(
      0,
      `packets framed as UNDERSTUDY_OSC_TCP_FRAMING=${framing} says, found the first byte of ${
        names[found]
      }: ` +
        `set it to auto or ${found}`,
    );
  }

  reply(message: OscMessage): void {
    if (this.#closed) return;
    const { admission } = this.#options;
    const bytes = frame(this.#reader.framing ?? "slip", encodePacket(message));
    if (this.#unread + bytes.length > maxUnreadBytes) {
      admission.traffic.record("replies", () => `${this.key}: does not read its answers; connection closed`);
      return this.close();
    }
    this.#unread += bytes.length;
    this.#outgoing.push(bytes);
    if (this.#outgoing.length === 1) queueMicrotask(() => void this.#send());
  }

  giveWay(): void {
    this.#options.admission.traffic.record(
      "refused",
      () => `${this.key}: idle, its place is given to a new TCP client; connection closed`,
    );
    this.close();
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#outgoing = [];
    this.#connection.close();
  }

  /** Sends everything that waits in one piece. */
  async #send(): Promise<void> {
    try {
      while (this.#outgoing.length > 0 && !this.#closed) {
        const together = joinBytes(this.#outgoing);
        const count = this.#outgoing.length;
        for (let at = 0; at < together.length;) at += await this.#connection.write(together.subarray(at));
        this.#unread -= together.length;
        this.#outgoing.splice(0, count);
      }
    } catch {
      this.close(); // the reading side reports why
    }
  }

  #closeIfUnfinished(): void {
    if (this.#unfinishedSinceMs === undefined) return;
    const { admission, unfinishedMs } = this.#options;
    if (performance.now() - this.#unfinishedSinceMs < unfinishedMs) return;
    admission.traffic.record(
      "refused",
      () =>
        `${this.key}: a packet did not end within ${unfinishedMs} ms; connection closed (its framing: ${
          this.#reader.framing ?? "not recognised"
        }, see UNDERSTUDY_OSC_TCP_FRAMING)`,
    );
    this.close();
  }
}

function malformed(key: string, error: OscMalformedError): string {
  return `malformed OSC packet from ${key}: ${error.message}`;
}

function peerOf(connection: Deno.TcpConn): string {
  const { hostname, port } = connection.remoteAddr;
  return hostAndPort(plainHostname(hostname), port);
}

/** Whether the other side has ended the connection, as it may at any time. */
function isHangUp(error: unknown): boolean {
  return error instanceof Deno.errors.ConnectionReset || error instanceof Deno.errors.BrokenPipe ||
    error instanceof Deno.errors.ConnectionAborted;
}
