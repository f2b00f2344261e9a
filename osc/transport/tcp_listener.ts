/**
 * OSC over TCP, each packet framed as `osc/transport/framing.ts` says. Every client is bounded: in what it may leave unfinished, in
 * what it may leave unread, and in number. Main isolate.
 */
import { encodePacket, OscMalformedError } from "../packet/codec.ts";
import { frame, type FrameReader, frameReader, type Framing } from "./framing.ts";
import { type PacketIntake, type PacketSender, type PacketTarget } from "./intake.ts";
import { hostAndPort, isLoopback, plainHostname } from "./network_address.ts";
import { PortInUseError } from "./port_in_use_error.ts";

export interface TcpListenerOptions {
  /** An address of this machine, IPv4 or IPv6; `::` takes both. */
  readonly hostname: string;
  /** 0 takes any free port. */
  readonly port: number;
  readonly framing: Framing;
  /** Shared with the other transports. */
  readonly intake: PacketIntake;
  /** Clients at once; more are turned away. */
  readonly maxClients?: number;
  /** A packet that has begun must end within this, in milliseconds. Between packets a client may be silent for ever. */
  readonly unfinishedMs?: number;
  /** Told when a client has gone, so that nothing is kept for it. */
  readonly onGone?: (sender: PacketSender) => void;
}

const defaults = { maxClients: 32, unfinishedMs: 10_000 };

/** A client that lets this much wait, in bytes, is let go. */
const maxUnread = 1 << 20;

const pieceBytes = 16_384;

/** One TCP port, and a loop for each client. */
export class TcpListener {
  readonly #listener: Deno.TcpListener;
  readonly #options: TcpListenerOptions & typeof defaults;
  readonly #clients = new Set<StreamClient>();
  readonly #loops = new Set<Promise<void>>();
  #finished: Promise<void> | undefined;
  #stopped = false;

  private constructor(listener: Deno.TcpListener, options: TcpListenerOptions) {
    this.#listener = listener;
    this.#options = { ...defaults, ...options };
  }

  /**
   * Takes the port.
   *
   * @throws {PortInUseError} or Deno's error for an address that is not this machine's
   */
  static bind(options: TcpListenerOptions): TcpListener {
    const { hostname, port } = options;
    try {
      return new TcpListener(Deno.listen({ transport: "tcp", hostname, port }), options);
    } catch (cause) {
      if (!(cause instanceof Deno.errors.AddrInUse)) throw cause;
      throw new PortInUseError(
        `OSC port ${port} on ${hostname} (TCP) is taken, perhaps by another engine; end that one or set UNDERSTUDY_OSC_TCP_PORT`,
        { cause },
      );
    }
  }

  /** Begins to take clients. */
  serve(target: PacketTarget): void {
    this.#finished ??= this.#accept(target);
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
      for (const client of this.#clients) client.close();
    }
    await this.#finished;
    await Promise.all(this.#loops);
  }

  async #accept(target: PacketTarget): Promise<void> {
    while (!this.#stopped) {
      try {
        const connection = await this.#listener.accept();
        if (this.#clients.size < this.#options.maxClients) this.#welcome(connection, target);
        else {
          const who = hostOf(connection);
          connection.close();
          this.#options.intake.trouble(
            "refused",
            `OSC: more than ${this.#options.maxClients} TCP clients; ${who} was turned away`,
          );
        }
      } catch (error) {
        if (this.#stopped) return;
        this.#options.intake.trouble("failed", `OSC over TCP: ${String(error)}`);
        await this.#options.intake.rest(); // out of descriptors, for one, lasts
      }
    }
  }

  #welcome(connection: Deno.TcpConn, target: PacketTarget): void {
    const client = new StreamClient(connection, this.#options);
    this.#clients.add(client);
    const loop = client.run(target).finally(() => {
      this.#clients.delete(client);
      this.#loops.delete(loop);
      this.#options.onGone?.(client);
    });
    this.#loops.add(loop);
  }
}

/** One connection. */
class StreamClient implements PacketSender {
  readonly key: string;
  readonly hostname: string;
  readonly isLocal: boolean;
  readonly #connection: Deno.TcpConn;
  readonly #options: TcpListenerOptions & typeof defaults;
  readonly #reader: FrameReader;
  #closed = false;
  #unread = 0;
  #outgoing: Uint8Array<ArrayBuffer>[] = [];
  #unfinishedSinceMs: number | undefined;

  constructor(connection: Deno.TcpConn, options: TcpListenerOptions & typeof defaults) {
    this.#connection = connection;
    this.#options = options;
    this.#reader = frameReader(options.framing);
    this.hostname = plainHostname(connection.remoteAddr.hostname);
    this.isLocal = isLoopback(this.hostname);
    this.key = `tcp ${hostOf(connection)}`;
    connection.setNoDelay(true);
    connection.setKeepAlive(true);
  }

  /** Reads until the client goes or is let go. Never rejects. */
  async run(target: PacketTarget): Promise<void> {
    const { intake, unfinishedMs } = this.#options;
    const watch = setInterval(() => this.#watch(), Math.max(10, unfinishedMs / 4));
    const piece = new Uint8Array(pieceBytes);
    try {
      while (!this.#closed) {
        const count = await this.#connection.read(piece);
        if (count === null) break;
        this.#reader.push(
          piece.subarray(0, count),
          (bytes) => {
            this.#unfinishedSinceMs = undefined;
            intake.take(bytes, target, this);
          },
          (error) => intake.trouble("malformed", `${this.key}: malformed OSC packet: ${error.message}`),
        );
        if (!this.#reader.inside) this.#unfinishedSinceMs = undefined;
        else this.#unfinishedSinceMs ??= performance.now();
        if (intake.overdue) await intake.rest();
      }
    } catch (error) {
      if (error instanceof OscMalformedError) {
        intake.trouble("malformed", `${this.key}: malformed OSC packet: ${error.message}; connection closed`);
      } else if (!this.#closed && !isHangUp(error)) {
        intake.trouble("failed", `${this.key}: ${String(error)}`);
      }
    } finally {
      clearInterval(watch);
      this.close();
    }
  }

  reply(message: Parameters<PacketSender["reply"]>[0]): void {
    if (this.#closed) return;
    const bytes = frame(this.#options.framing, encodePacket(message));
    if (this.#unread + bytes.length > maxUnread) {
      this.#options.intake.trouble("replies", `${this.key}: does not read its replies; connection closed`);
      return this.close();
    }
    this.#unread += bytes.length;
    this.#outgoing.push(bytes);
    if (this.#outgoing.length === 1) queueMicrotask(() => void this.#send());
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#outgoing = [];
    this.#connection.close();
  }

  /** All that waits leaves together. */
  async #send(): Promise<void> {
    try {
      while (this.#outgoing.length > 0 && !this.#closed) {
        const together = joined(this.#outgoing);
        const count = this.#outgoing.length;
        for (let at = 0; at < together.length;) at += await this.#connection.write(together.subarray(at));
        this.#unread -= together.length;
        this.#outgoing.splice(0, count);
      }
    } catch {
      this.close(); // the reading side says why
    }
  }

  #watch(): void {
    if (this.#unfinishedSinceMs === undefined) return;
    const { intake, unfinishedMs } = this.#options;
    if (performance.now() - this.#unfinishedSinceMs < unfinishedMs) return;
    intake.trouble(
      "refused",
      `${this.key}: a packet did not end within ${unfinishedMs} ms; connection closed`,
    );
    this.close();
  }
}

function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function hostOf(connection: Deno.TcpConn): string {
  const { hostname, port } = connection.remoteAddr;
  return hostAndPort(plainHostname(hostname), port);
}

/** The other side is gone, as it may be at any time. */
function isHangUp(error: unknown): boolean {
  return error instanceof Deno.errors.ConnectionReset || error instanceof Deno.errors.BrokenPipe ||
    error instanceof Deno.errors.ConnectionAborted;
}
