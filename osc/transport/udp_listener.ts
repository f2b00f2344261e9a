/**
 * OSC over UDP. The loop goes on after every error: of a packet, and those that the network reports about earlier replies.
 * Deno wakes it for the first datagram; the datagrams that wait behind it are read through the native part, many at a time,
 * where the native part is available. Main isolate.
 */
import type { AdmissionControl } from "../admission/admission.ts";
import { LruMap } from "../../foundation/lru_map.ts";
import { encodeForNow, encodePacket, type OscMessage } from "../packet/codec.ts";
import type { PacketSender } from "../packet/packet_sender.ts";
import { failed } from "../packet/reply.ts";
import {
  hostAndPort,
  isLoopback,
  isUnspecified,
  plainHostname,
  splitHostAndPort,
} from "./network_address.ts";
import { portError } from "./port_error.ts";
import { ReadingTurn } from "./reading_turn.ts";

/** A peer of a socket; the same object for the same peer, as long as it is remembered. */
export interface Peer {
  readonly hostname: string;
  readonly port: number;
}

/** Direct access to a socket that Deno has opened; `ffi/datagrams.ts` is one. */
export interface DatagramAccess<P extends Peer> {
  /** The most datagrams that one call of `receive` reads. */
  readonly maxDatagrams: number;
  /** Datagrams that the system dropped since the start. */
  readonly dropped: number;
  /** Asks for a receive buffer; returns the size that the system granted, in bytes. */
  askForBuffer(bytes: number): number;
  /** Reads the datagrams that wait; returns how many. */
  receive(): number;
  /** One of the datagrams read last; valid until the next call of `receive`. */
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
  /** The setting that an error names. */
  readonly portSetting?: string;
  /** Port of each sender's host to which answers go, unless the sender asks for another; omitted: the one that it sends from. */
  readonly replyPort?: number;
  /** Without it, datagrams are read one at a time, and the system's drops are not counted. */
  readonly access?: (address: Deno.NetAddr) => DatagramAccess<P> | undefined;
}

/** The largest datagram that UDP can carry. */
const maxDatagramBytes = 65_507;

/** Room for some 40,000 small datagrams, as the system counts them: 0.2 s at 200,000 a second. */
export const wantedBufferBytes = 16 << 20;

/** A sender, and whether it is this socket itself, to which packets come back that were sent to oneself. */
interface UdpSender extends PacketSender {
  readonly isOwn: boolean;
}

type Identity = Pick<UdpSender, "key" | "hostname" | "isLocal" | "isOwn">;

/** The largest one that every protocol below carries. */
const maxReplyBytes = 65_487;

const maxRepliesWaiting = 4_096;

/** Senders with a reply port of their own, at most; beyond, the one that was silent longest is answered where it sends from. */
const maxReplyPorts = 1_024;

/** Time between two readings of the system's count of drops, in milliseconds. */
const dropsMs = 100;

/** One UDP socket and the loop that reads it. */
export class UdpListener<P extends Peer = Peer> {
  /** Size of the system's receive buffer in bytes; undefined where it cannot be known. */
  readonly receiveBufferBytes: number | undefined;
  readonly #socket: Deno.DatagramConn;
  readonly #access: DatagramAccess<P> | undefined;
  readonly #senders = new WeakMap<P, UdpSender>();
  readonly #replyPort: number | undefined;
  /** Reply ports that senders asked for, by their key; 0: the one that it sends from. */
  readonly #replyPorts = new LruMap<string, number>(maxReplyPorts);
  readonly #turn = new ReadingTurn();
  #admission: AdmissionControl | undefined;
  #finished: Promise<void> | undefined;
  #stopped = false;
  #replies: { bytes: Uint8Array<ArrayBuffer>; to: Deno.Addr }[] = [];
  /** Whether answers wait for the end of this turn, when they are sent together. */
  #posted = false;
  #dropped = 0;
  #dropsSeenMs = 0;

  private constructor(socket: Deno.DatagramConn, options: UdpListenerOptions<P>) {
    this.#socket = socket;
    this.#access = options.access?.(socket.addr as Deno.NetAddr);
    this.#replyPort = options.replyPort;
    this.receiveBufferBytes = this.#access?.askForBuffer(wantedBufferBytes);
  }

  /**
   * Takes the port. Datagrams wait in the system's buffer until {@link UdpListener.serve}.
   *
   * @throws {PortInUseError} and PortError for an address that is not this machine's
   */
  static bind<P extends Peer>(options: UdpListenerOptions<P>): UdpListener<P> {
    const { hostname, port } = options;
    try {
      return new UdpListener(Deno.listenDatagram({ transport: "udp", hostname, port }), options);
    } catch (cause) {
      const { portSetting = "UNDERSTUDY_OSC_PORT" } = options;
      const settings = { hostSetting: "UNDERSTUDY_OSC_HOST", portSetting };
      throw portError(cause, { hostname, port, protocol: "OSC", ...settings });
    }
  }

  /** Begins to read. */
  serve(admission: AdmissionControl): void {
    this.#admission ??= admission;
    this.#finished ??= this.#receive(admission);
  }

  /** Where it listens, e.g. `127.0.0.1:57130` or `[::1]:57130`. */
  get address(): string {
    const { hostname, port } = this.#socket.addr as Deno.NetAddr;
    return hostAndPort(hostname, port);
  }

  /** The sender at an address that a {@link PacketSender.key} names, to send to it before it has sent anything. */
  senderOf(key: string): PacketSender {
    return this.#senderAt({ transport: "udp", ...splitHostAndPort(key) });
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

  async #receive(admission: AdmissionControl): Promise<void> {
    const buffer = new Uint8Array(maxDatagramBytes);
    while (!this.#stopped) {
      try {
        const [bytes, from] = await this.#socket.receive(buffer);
        this.#admit(bytes, this.#senderAt(from as Deno.NetAddr), admission);
        if (this.#access) await this.#drain(this.#access, admission);
        else if (this.#turn.isOver()) await this.#turn.yield();
      } catch (error) {
        if (this.#stopped) return;
        if (error instanceof Deno.errors.ConnectionRefused || error instanceof Deno.errors.ConnectionReset) {
          continue;
        }
        admission.traffic.record("failed", () => `OSC: ${String(error)}`);
      }
    }
  }

  /** A packet from the engine's own address would begin an exchange of the engine with itself. */
  #admit(bytes: Uint8Array, sender: UdpSender, admission: AdmissionControl): void {
    if (!sender.isOwn) return admission.receive(bytes, sender);
    admission.traffic.record(
      "ignored",
      () => `OSC: packets came from the engine's own address ${sender.key}`,
    );
  }

  /** Reads until no datagram waits. */
  async #drain(access: DatagramAccess<P>, admission: AdmissionControl): Promise<void> {
    const { maxDatagrams } = access;
    for (let count = maxDatagrams; count === maxDatagrams && !this.#stopped;) {
      count = access.receive();
      for (let index = 0; index < count; index++) {
        this.#admit(access.bytes(index), this.#sender(access, access.peer(index)), admission);
        if (!this.#turn.isOver()) continue;
        this.countDrops();
        await this.#turn.yield();
        if (this.#stopped) return;
      }
    }
    if (performance.now() - this.#dropsSeenMs > dropsMs) this.countDrops();
  }

  /** Reads the system's count of drops; called ten times a second while packets come. */
  countDrops(): void {
    if (!this.#access || !this.#admission) return;
    this.#dropsSeenMs = performance.now();
    const { dropped } = this.#access;
    if (dropped === this.#dropped) return;
    const lost = dropped - this.#dropped;
    this.#dropped = dropped;
    this.#admission.traffic.record(
      "dropped",
      () => `OSC: ${lost} packets lost, the receive buffer was full`,
      lost,
    );
  }

  #sender(access: DatagramAccess<P>, peer: P): UdpSender {
    const known = this.#senders.get(peer);
    if (known) return known;
    const from = this.#identity(peer);
    const sender: UdpSender = {
      ...from,
      setReplyPort: (port) => this.#setReplyPort(from, port),
      reply: (message) => {
        if (this.#stopped) return;
        const port = this.#replyPortOf(from);
        access.post(
          fittingBytes(message, encodeForNow),
          port === undefined ? peer : access.peerAt(peer.hostname, port),
        );
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
    if (lost > 0) this.#loseReplies(`${lost} replies lost, the system had no room for them`, lost);
  };

  #senderAt(from: Deno.NetAddr): UdpSender {
    if (this.#access) {
      const peer = this.#access.peerAt(from.hostname, from.port);
      return this.#sender(this.#access, peer);
    }
    const sender = this.#identity(from);
    return {
      ...sender,
      setReplyPort: (port) => this.#setReplyPort(sender, port),
      reply: (message) => this.#reply(message, { ...from, port: this.#replyPortOf(sender) ?? from.port }),
    };
  }

  /** The port to which the answers to a sender go; undefined: the one that it sends from. */
  #replyPortOf({ key, isLocal }: Identity): number | undefined {
    const asked = this.#replyPorts.size === 0 ? undefined : this.#replyPorts.get(key);
    if (asked !== undefined) return asked === 0 ? undefined : asked;
    return this.#isOwn(isLocal, this.#replyPort) ? undefined : this.#replyPort;
  }

  #setReplyPort({ key, isLocal }: Identity, port: number): boolean {
    if (this.#isOwn(isLocal, port)) return false;
    this.#replyPorts.set(key, port);
    return true;
  }

  /** Whether a port is this socket's own: an answer there would be answered again, without end. */
  #isOwn(isLocal: boolean, port: number | undefined): boolean {
    return isLocal && port === (this.#socket.addr as Deno.NetAddr).port;
  }

  #loseReplies(what: string, count = 1): void {
    this.#admission?.traffic.record("replies", () => `OSC: ${what}`, count);
  }

  /** Replies are sent one after the other, as the socket wants it. Beyond the limit they are dropped and counted. */
  #reply(message: OscMessage, to: Deno.Addr): void {
    if (this.#stopped) return;
    if (this.#replies.length >= maxRepliesWaiting) {
      return this.#loseReplies(`a reply lost, ${maxRepliesWaiting} others wait to be sent`);
    }
    this.#replies.push({ bytes: fittingBytes(message, encodePacket), to });
    if (this.#replies.length === 1) void this.#send();
  }

  async #send(): Promise<void> {
    while (this.#replies.length > 0 && !this.#stopped) {
      const { bytes, to } = this.#replies[0];
      try {
        await this.#socket.send(bytes, to);
      } catch (error) {
        if (!this.#stopped) this.#loseReplies(`a reply could not be sent: ${(error as Error).message}`);
      }
      this.#replies.shift();
    }
  }

  #identity({ hostname, port }: Peer): Identity {
    const host = plainHostname(hostname);
    const own = this.#socket.addr as Deno.NetAddr;
    return {
      key: hostAndPort(host, port),
      hostname: host,
      isLocal: isLoopback(host),
      isOwn: port === own.port && isOwnAddress(host, plainHostname(own.hostname)),
    };
  }
}

/** Whether a socket that is bound to `bound` sends from `host`. */
function isOwnAddress(host: string, bound: string): boolean {
  if (!isUnspecified(bound)) return host === bound;
  return isLoopback(host) || Deno.networkInterfaces().some(({ address }) => address === host.split("%")[0]);
}

type Bytes = Uint8Array<ArrayBuffer>;

/** The bytes of a reply; where no datagram holds it, those of a refusal: else its receiver would wait without an answer. */
function fittingBytes(message: OscMessage, encode: (message: OscMessage) => Bytes): Bytes {
  const bytes = encode(message);
  if (bytes.length <= maxReplyBytes) return bytes;
  const { address, args: [asked] } = message;
  const isAnswer = (address === "/done" || address === "/fail") && asked?.type === "s";
  const about = (isAnswer ? asked.value : address).slice(0, 512);
  return encode(
    failed(
      about,
      `the answer has ${bytes.length} bytes, more than a datagram holds; ask over TCP (UNDERSTUDY_OSC_TCP_PORT)`,
    ),
  );
}
