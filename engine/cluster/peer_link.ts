/**
 * The direct path between the two machines: datagrams of UDP, each signed with the secret of both. Main isolate.
 *
 * Datagrams may be lost, doubled and reordered; the members stand that. One that is not signed, is signed with another secret, or belongs to
 * another order is dropped and counted. It is not encrypted: what it says is what the legs sound like. A message too large for a datagram
 * is not sent; it reaches the other machine by the order.
 */
import { createHmac, timingSafeEqual } from "node:crypto";
import { decodePeerMessage, encodeClusterMessage } from "./cluster_encoding.ts";
import type { PeerMessage } from "./cluster_messages.ts";

/** Bytes of the signature, in front of the message. */
const signatureBytes = 16;
/** What a datagram of UDP over IPv4 holds. */
const maxDatagramBytes = 65_507;
const pauseAfterErrorMs = 10;
/** A shorter secret can be guessed. */
export const minSecretLength = 16;

export interface PeerLinkOptions {
  readonly hostname: string;
  readonly port: number;
  /** Known to both machines alone. */
  readonly secret: string;
  /** Identity of the order: messages of another show are none of this one's. */
  readonly orderIdentity: string;
  readonly onMessage: (message: PeerMessage) => void;
}

export class PeerLink {
  readonly #socket: Deno.DatagramConn;
  readonly #secret: string;
  readonly #identity: string;
  readonly #onMessage: (message: PeerMessage) => void;
  #peer: Deno.NetAddr | undefined;
  #refused = 0;
  #failed = 0;
  #isClosed = false;

  /** Listens. Throws RangeError for a secret that is too short, and what the system says of the address. */
  constructor({ hostname, port, secret, orderIdentity, onMessage }: PeerLinkOptions) {
    if (secret.length < minSecretLength) {
      throw new RangeError(
        `secret of the two machines: expected ${minSecretLength} characters or more, found ${secret.length}; ` +
          "make one by: openssl rand -hex 16",
      );
    }
    this.#secret = secret;
    this.#identity = orderIdentity;
    this.#onMessage = onMessage;
    this.#socket = Deno.listenDatagram({ transport: "udp", hostname, port });
    this.#listen();
  }

  /** Port that it listens at. */
  get port(): number {
    return (this.#socket.addr as Deno.NetAddr).port;
  }

  /** Datagrams that were not signed as they must be, or no message. */
  get refused(): number {
    return this.#refused;
  }

  /** Messages that could not be sent. */
  get failed(): number {
    return this.#failed;
  }

  /** Where the other machine listens. */
  connect(hostname: string, port: number): void {
    this.#peer = { transport: "udp", hostname, port };
  }

  /** Sends a message, or counts that it could not. */
  send(message: PeerMessage): void {
    const body = encodeClusterMessage(message);
    if (this.#peer === undefined || this.#isClosed || body.length + signatureBytes > maxDatagramBytes) {
      this.#failed++;
      return;
    }
    const datagram = new Uint8Array(signatureBytes + body.length);
    datagram.set(this.#signature(body));
    datagram.set(body, signatureBytes);
    this.#socket.send(datagram, this.#peer).catch(() => this.#failed++);
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#socket.close();
  }

  #signature(body: Uint8Array): Uint8Array {
    const signer = createHmac("sha256", this.#secret).update(this.#identity).update("\0").update(body);
    return signer.digest().subarray(0, signatureBytes);
  }

  async #listen(): Promise<void> {
    while (!this.#isClosed) {
      const datagram = await this.#next();
      if (datagram !== undefined) this.#receive(datagram);
    }
  }

  async #next(): Promise<Uint8Array | undefined> {
    try {
      const [datagram] = await this.#socket.receive(new Uint8Array(maxDatagramBytes));
      return datagram;
    } catch {
      // where nothing listens at the other machine, its system says so here
      if (!this.#isClosed) await new Promise((done) => setTimeout(done, pauseAfterErrorMs));
      return undefined;
    }
  }

  #receive(datagram: Uint8Array): void {
    const body = datagram.subarray(signatureBytes);
    const isSigned = datagram.length > signatureBytes &&
      timingSafeEqual(datagram.subarray(0, signatureBytes), this.#signature(body));
    const message = isSigned ? decodePeerMessage(body) : undefined;
    if (message === undefined) this.#refused++;
    else this.#onMessage(message);
  }
}
