/**
 * The UDP listener. Its loop outlives everything that can come in: malformed packets, failing handlers, and the errors
 * that the network reports about earlier replies. Main isolate.
 */
import { decodePacket, encodePacket, OscMalformed, type OscMessage } from "./codec.ts";
import type { AddressSpace } from "./address_space.ts";

/** The port is taken; the message names it and the remedy. */
export class PortInUse extends Error {
  override readonly name = "PortInUse";
}

export interface OscListenerOptions {
  readonly hostname: string;
  /** 0 takes any free port. */
  readonly port: number;
  /** Told of packets and replies that failed, at most once in `noticeMs`, with how many there were since. */
  readonly onTrouble: (text: string, count: number) => void;
}

/** The largest datagram that UDP can carry. */
const largestDatagram = 65_507;

const noticeMs = 1_000;

const mostRepliesWaiting = 4_096;

/** One UDP socket and the loop that answers what comes in. */
export class OscListener {
  readonly #socket: Deno.DatagramConn;
  readonly #options: OscListenerOptions;
  #finished: Promise<void> | undefined;
  #stopped = false;
  #replies: { bytes: Uint8Array<ArrayBuffer>; to: Deno.Addr }[] = [];
  #troubles = 0;
  #lastNoticeMs = -Infinity;

  private constructor(socket: Deno.DatagramConn, options: OscListenerOptions) {
    this.#socket = socket;
    this.#options = options;
  }

  /**
   * Takes the port. What comes in waits in the system's buffer until {@link OscListener.serve}.
   *
   * @throws {PortInUse} or Deno's error for an address that is not this machine's
   */
  static bind(options: OscListenerOptions): OscListener {
    const { hostname, port } = options;
    try {
      return new OscListener(Deno.listenDatagram({ transport: "udp", hostname, port }), options);
    } catch (cause) {
      if (!(cause instanceof Deno.errors.AddrInUse)) throw cause;
      throw new PortInUse(
        `OSC port ${port} on ${hostname} is taken, perhaps by another engine; end that one or set UNDERSTUDY_OSC_PORT`,
        { cause },
      );
    }
  }

  /** Begins to answer. */
  serve(space: AddressSpace): void {
    this.#finished ??= this.#receive(space);
  }

  /** Where it listens, e.g. `127.0.0.1:57130`. */
  get address(): string {
    const { hostname, port } = this.#socket.addr as Deno.NetAddr;
    return `${hostname}:${port}`;
  }

  /** Packets and replies that failed since the start. */
  get troubles(): number {
    return this.#troubles;
  }

  /** Closes the socket and waits until the loop has ended. Safe to repeat. */
  async stop(): Promise<void> {
    if (!this.#stopped) {
      this.#stopped = true;
      this.#socket.close();
    }
    await this.#finished;
  }

  async #receive(space: AddressSpace): Promise<void> {
    const buffer = new Uint8Array(largestDatagram);
    while (!this.#stopped) {
      try {
        const [bytes, from] = await this.#socket.receive(buffer);
        space.dispatch(decodePacket(bytes), { reply: (message) => this.#reply(message, from) });
      } catch (error) {
        if (this.#stopped) return;
        if (error instanceof Deno.errors.ConnectionRefused || error instanceof Deno.errors.ConnectionReset) {
          continue;
        }
        this.#trouble(
          error instanceof OscMalformed ? `malformed OSC packet: ${error.message}` : `OSC: ${String(error)}`,
        );
      }
    }
  }

  /** Replies leave one after the other: the socket sends only one at a time. Beyond the limit they are dropped and counted. */
  #reply(message: OscMessage, to: Deno.Addr): void {
    if (this.#stopped) return;
    if (this.#replies.length >= mostRepliesWaiting) {
      return this.#trouble("OSC replies wait faster than they leave; dropped");
    }
    this.#replies.push({ bytes: encodePacket(message), to });
    if (this.#replies.length === 1) void this.#send();
  }

  async #send(): Promise<void> {
    while (this.#replies.length > 0 && !this.#stopped) {
      const { bytes, to } = this.#replies[0];
      try {
        await this.#socket.send(bytes, to);
      } catch (error) {
        if (!this.#stopped) this.#trouble(`OSC reply could not be sent: ${(error as Error).message}`);
      }
      this.#replies.shift();
    }
  }

  #trouble(text: string): void {
    this.#troubles++;
    const nowMs = performance.now();
    if (nowMs - this.#lastNoticeMs < noticeMs) return;
    this.#lastNoticeMs = nowMs;
    this.#options.onTrouble(text, this.#troubles);
  }
}
