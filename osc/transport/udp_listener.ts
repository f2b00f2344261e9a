/**
 * The UDP listener. Its loop outlives everything that can come in: malformed packets, failing handlers, and the errors
 * that the network reports about earlier replies. Deno wakes it for the first datagram; what waits behind that is taken
 * through the native part, many at a time, where it is there. Main isolate.
 */
import { encodeForNow, encodePacket, type OscMessage } from "../packet/codec.ts";
import { PacketIntake, type PacketSender, type PacketTarget, type TroubleNotice } from "./intake.ts";
import { hostAndPort, isLoopback, plainHostname } from "./network_address.ts";
import { PortInUseError } from "./port_in_use_error.ts";

/** A peer of a socket; the same object for the same peer, as long as it is remembered. */
export interface Peer {
  readonly hostname: string;
  readonly port: number;
}

/** What the native part can do with a socket that Deno has opened; `ffi/datagrams.ts` is one. */
export interface DatagramAccess<P extends Peer> {
  /** Datagrams that one call takes at most. */
  readonly most: number;
  /** Datagrams that the system dropped since the start. */
  readonly dropped: number;
  askForBuffer(bytes: number): number;
  take(): number;
  bytes(index: number): Uint8Array;
  peer(index: number): P;
  peerAt(hostname: string, port: number): P;
  /** Keeps a copy until `flush`, or sends it before. */
  post(bytes: Uint8Array<ArrayBuffer>, to: P): void;
  /** Sends what was posted; returns how many were lost since the last call. */
  flush(): number;
}

export interface UdpListenerOptions<P extends Peer> {
  /** An address of this machine, IPv4 or IPv6; `::` takes both. */
  readonly hostname: string;
  /** 0 takes any free port. */
  readonly port: number;
  /** Told of packets and replies that failed. Omitted where an `intake` is given. */
  readonly onTrouble?: TroubleNotice;
  /** Shared with other transports. */
  readonly intake?: PacketIntake;
  /** Without it, datagrams come one at a time, and what the system drops is not known. */
  readonly access?: (address: Deno.NetAddr) => DatagramAccess<P> | undefined;
}

/** The largest datagram that UDP can carry. */
const maxDatagramBytes = 65_507;

/** Room for some 40,000 small datagrams, as the system counts them: 0.2 s at 200,000 a second. */
export const wantedBufferBytes = 16 << 20;

const maxRepliesWaiting = 4_096;

/** The system is asked for its count of drops so often, in milliseconds. */
const dropsMs = 100;

/** One UDP socket and the loop that answers what comes in. */
export class UdpListener<P extends Peer = Peer> {
  /** What came in, and what went wrong. */
  readonly intake: PacketIntake;
  /** Size of the system's receive buffer in bytes; undefined where it cannot be known. */
  readonly receiveBufferBytes: number | undefined;
  readonly #socket: Deno.DatagramConn;
  readonly #access: DatagramAccess<P> | undefined;
  readonly #senders = new WeakMap<P, PacketSender>();
  #finished: Promise<void> | undefined;
  #stopped = false;
  #replies: { bytes: Uint8Array<ArrayBuffer>; to: Deno.Addr }[] = [];
  /** Whether answers wait for the end of this turn, when they leave together. */
  #posted = false;
  #dropped = 0;
  #dropsSeenMs = 0;

  private constructor(socket: Deno.DatagramConn, options: UdpListenerOptions<P>) {
    this.#socket = socket;
    this.intake = options.intake ?? new PacketIntake(options.onTrouble ?? (() => {}));
    this.#access = options.access?.(socket.addr as Deno.NetAddr);
    this.receiveBufferBytes = this.#access?.askForBuffer(wantedBufferBytes);
  }

  /**
   * Takes the port. What comes in waits in the system's buffer until {@link UdpListener.serve}.
   *
   * @throws {PortInUseError} or Deno's error for an address that is not this machine's
   */
  static bind<P extends Peer>(options: UdpListenerOptions<P>): UdpListener<P> {
    const { hostname, port } = options;
    try {
      return new UdpListener(Deno.listenDatagram({ transport: "udp", hostname, port }), options);
    } catch (cause) {
      if (!(cause instanceof Deno.errors.AddrInUse)) throw cause;
      throw new PortInUseError(
        `OSC port ${port} on ${hostname} is taken, perhaps by another engine; end that one or set UNDERSTUDY_OSC_PORT`,
        { cause },
      );
    }
  }

  /** Begins to answer. */
  serve(target: PacketTarget): void {
    this.#finished ??= this.#receive(target);
  }

  /** Where it listens, e.g. `127.0.0.1:57130` or `[::1]:57130`. */
  get address(): string {
    const { hostname, port } = this.#socket.addr as Deno.NetAddr;
    return hostAndPort(hostname, port);
  }

  /** All that went wrong since the start. */
  get troubles(): number {
    return this.intake.troubles;
  }

  /** Closes the socket and waits until the loop has ended. Safe to repeat. */
  async stop(): Promise<void> {
    if (!this.#stopped) {
      this.#flush();
      this.#stopped = true;
      this.countDrops();
      this.#socket.close();
    }
    await this.#finished;
  }

  async #receive(target: PacketTarget): Promise<void> {
    const buffer = new Uint8Array(maxDatagramBytes);
    while (!this.#stopped) {
      try {
        const [bytes, from] = await this.#socket.receive(buffer);
        this.intake.take(bytes, target, this.#senderAt(from as Deno.NetAddr));
        if (this.#access) await this.#drain(this.#access, target);
        else if (this.intake.overdue) await this.intake.rest();
      } catch (error) {
        if (this.#stopped) return;
        if (error instanceof Deno.errors.ConnectionRefused || error instanceof Deno.errors.ConnectionReset) {
          continue;
        }
        this.intake.trouble("failed", `OSC: ${String(error)}`);
      }
    }
  }

  /** Takes what waits, until nothing does. */
  async #drain(access: DatagramAccess<P>, target: PacketTarget): Promise<void> {
    for (let count = access.most; count === access.most && !this.#stopped;) {
      count = access.take();
      for (let index = 0; index < count; index++) {
        this.intake.take(access.bytes(index), target, this.#sender(access, access.peer(index)));
        if (!this.intake.overdue) continue;
        this.countDrops();
        await this.intake.rest();
        if (this.#stopped) return;
      }
    }
    if (performance.now() - this.#dropsSeenMs > dropsMs) this.countDrops();
  }

  /** Looks at what the system has dropped; otherwise done ten times a second while packets come. */
  countDrops(): void {
    if (!this.#access) return;
    this.#dropsSeenMs = performance.now();
    const { dropped } = this.#access;
    if (dropped === this.#dropped) return;
    const lost = dropped - this.#dropped;
    this.#dropped = dropped;
    this.intake.trouble("dropped", `OSC: ${lost} packets lost, the receive buffer was full`, lost);
  }

  #sender(access: DatagramAccess<P>, peer: P): PacketSender {
    const known = this.#senders.get(peer);
    if (known) return known;
    const sender: PacketSender = {
      ...identity(peer),
      reply: (message) => {
        if (this.#stopped) return;
        access.post(encodeForNow(message), peer);
        if (this.#posted) return;
        this.#posted = true;
        queueMicrotask(this.#flush);
      },
    };
    this.#senders.set(peer, sender);
    return sender;
  }

  readonly #flush = () => {
    if (!this.#posted || this.#stopped) return;
    this.#posted = false;
    const lost = this.#access!.flush();
    if (lost > 0) {
      this.intake.trouble("replies", `OSC: ${lost} replies lost, the system had no room for them`, lost);
    }
  };

  #senderAt(from: Deno.NetAddr): PacketSender {
    if (this.#access) {
      const peer = this.#access.peerAt(from.hostname, from.port);
      return this.#sender(this.#access, peer);
    }
    return { ...identity(from), reply: (message) => this.#reply(message, from) };
  }

  /** Replies leave one after the other: the socket sends only one at a time. Beyond the limit they are dropped and counted. */
  #reply(message: OscMessage, to: Deno.Addr): void {
    if (this.#stopped) return;
    if (this.#replies.length >= maxRepliesWaiting) {
      return this.intake.trouble("replies", "OSC replies wait faster than they leave; dropped");
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
        if (!this.#stopped) {
          this.intake.trouble("replies", `OSC reply could not be sent: ${(error as Error).message}`);
        }
      }
      this.#replies.shift();
    }
  }
}

function identity(peer: Peer): Pick<PacketSender, "key" | "hostname" | "isLocal"> {
  const hostname = plainHostname(peer.hostname);
  return { key: hostAndPort(hostname, peer.port), hostname, isLocal: isLoopback(hostname) };
}
