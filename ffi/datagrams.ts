/**
 * Many datagrams in one call, a receive buffer of the size that is needed, and the system's own count of what it had to
 * drop: on a UDP socket that Deno has opened and goes on to own. Deno itself gives one datagram for one turn of its event
 * loop, which loses datagrams from some 100,000 a second on, and has no socket options. Main isolate.
 */
import { cString } from "./c_string.ts";
import type { NativeLibrary } from "./native_symbols.ts";

/** Where a datagram comes from or goes to. */
export interface DatagramPeer {
  readonly hostname: string;
  readonly port: number;
  /** As the system writes it. */
  readonly socketAddress: Uint8Array<ArrayBuffer>;
}

/** As `ffi/native/datagrams.h` has them. */
const most = 64;
const bytesEach = 65_536;
const descriptionWords = 10;
const addressWords = 8;

/** Datagrams that wait in the outbox at most. */
const maxPosted = 256;

/** Peers that are remembered, by what their address comes to; a newcomer takes the place of what stood there. */
const peerSlots = 256;

const addressFamilyV6 = 10;

/** A UDP socket through the native part. Not to be used once the socket is closed. */
export class Datagrams {
  readonly #symbols: NativeLibrary["symbols"];
  readonly #descriptor: number;
  readonly #data = new Uint8Array(most * bytesEach);
  readonly #words = new Uint32Array(most * descriptionWords);
  readonly #peers: (DatagramPeer | undefined)[] = new Array(peerSlots).fill(undefined);
  readonly #named = new Map<string, DatagramPeer>();
  /** The outbox: datagrams one behind the other, and what each is. */
  readonly #posted = new Uint8Array(bytesEach);
  readonly #postedWords = new Uint32Array(maxPosted * descriptionWords);
  readonly #postedAddresses = new Uint8Array(this.#postedWords.buffer);
  #postedCount = 0;
  #postedBytes = 0;
  #lost = 0;
  #droppedWord: number;
  #dropped = 0;

  private constructor(native: NativeLibrary, descriptor: number) {
    this.#symbols = native.symbols;
    this.#descriptor = descriptor;
    this.#droppedWord = native.symbols.us_datagrams_dropped(descriptor);
  }

  /** The socket of this process that is bound there; undefined where it cannot be found. */
  static open(native: NativeLibrary, address: { hostname: string; port: number }): Datagrams | undefined {
    const descriptor = native.symbols.us_datagrams_find(cString(address.hostname), address.port);
    return descriptor < 0 ? undefined : new Datagrams(native, descriptor);
  }

  /** Asks for a receive buffer; returns the size that the system granted, in bytes. It counts its own overhead in. */
  askForBuffer(bytes: number): number {
    return Math.max(0, this.#symbols.us_datagrams_buffer(this.#descriptor, bytes));
  }

  /** Datagrams that the system dropped since the start because the buffer was full. */
  get dropped(): number {
    const word = this.#symbols.us_datagrams_dropped(this.#descriptor);
    this.#dropped += (word - this.#droppedWord) >>> 0;
    this.#droppedWord = word;
    return this.#dropped;
  }

  /** Takes what waits, without waiting for more; returns how many, at most {@link Datagrams.most}. */
  take(): number {
    return Math.max(0, this.#symbols.us_datagrams_take(this.#descriptor, this.#data, this.#words));
  }

  /** Datagrams that one call takes at most. */
  readonly most = most;

  /** Number `index` of those taken last; valid until the next are taken. */
  bytes(index: number): Uint8Array<ArrayBuffer> {
    const start = index * bytesEach;
    return this.#data.subarray(start, start + this.#words[index * descriptionWords]);
  }

  /** Who sent it. The same sender is the same object as long as it is remembered. */
  peer(index: number): DatagramPeer {
    const start = index * descriptionWords + 2;
    const words = this.#words;
    const size = words[start - 1];
    let hash = size;
    for (let at = start; at < start + size / 4; at++) hash = Math.imul(hash ^ words[at], 0x9E3779B1);
    const slot = (hash ^ hash >>> 16 ^ hash >>> 24) & (peerSlots - 1);
    const known = this.#peers[slot];
    if (known && sameAddress(known.socketAddress, words, start, size)) return known;
    const raw = new Uint8Array(words.buffer, start * 4, Math.min(size, addressWords * 4)).slice();
    const peer = { ...addressOf(raw), socketAddress: raw };
    return this.#peers[slot] = peer;
  }

  /** The peer with this address. */
  peerAt(hostname: string, port: number): DatagramPeer {
    const name = `${hostname} ${port}`;
    const known = this.#named.get(name);
    if (known) return known;
    const room = new Uint8Array(addressWords * 4);
    const size = this.#symbols.us_datagrams_receiver(this.#descriptor, cString(hostname), port, room);
    const socketAddress = room.slice(0, size);
    const peer = size === 0
      ? { hostname, port, socketAddress }
      : { ...addressOf(socketAddress), socketAddress };
    if (this.#named.size >= peerSlots) this.#named.clear();
    this.#named.set(name, peer);
    return peer;
  }

  /** Sends without waiting; false when the system had no room or refused. */
  send(bytes: Uint8Array<ArrayBuffer>, to: DatagramPeer): boolean {
    const { socketAddress } = to;
    return this.#symbols.us_datagrams_send(
      this.#descriptor,
      bytes,
      bytes.length,
      socketAddress,
      socketAddress.length,
    ) === 0;
  }

  /** Puts a copy of a datagram into the outbox, which {@link Datagrams.flush} empties; sends what waits when it is full. */
  post(bytes: Uint8Array, to: DatagramPeer): void {
    const { length } = bytes;
    if (this.#postedCount === maxPosted || this.#postedBytes + length > bytesEach) this.#send();
    if (length > bytesEach) return void this.#lost++;
    const { socketAddress } = to;
    const word = this.#postedCount++ * descriptionWords;
    this.#postedWords[word] = length;
    this.#postedWords[word + 1] = socketAddress.length;
    this.#postedAddresses.set(socketAddress, (word + 2) * 4);
    this.#posted.set(bytes, this.#postedBytes);
    this.#postedBytes += length;
  }

  /** Sends what is in the outbox, without waiting. Returns how many datagrams were lost since the last call. */
  flush(): number {
    this.#send();
    const lost = this.#lost;
    this.#lost = 0;
    return lost;
  }

  #send(): void {
    const count = this.#postedCount;
    if (count === 0) return;
    this.#postedCount = this.#postedBytes = 0;
    this.#lost += count -
      this.#symbols.us_datagrams_send_all(this.#descriptor, this.#posted, this.#postedWords, count);
  }
}

/** Compares by bytes; the words of an address are aligned on both sides. */
function sameAddress(known: Uint8Array, words: Uint32Array, start: number, size: number): boolean {
  if (known.length !== size) return false;
  const bytes = new Uint8Array(words.buffer, start * 4, size);
  for (let at = 0; at < size; at++) if (known[at] !== bytes[at]) return false;
  return true;
}

/** Address and port as text, from `sockaddr_in` or `sockaddr_in6`. IPv4 on a socket of IPv6 is written as IPv4. */
function addressOf(raw: Uint8Array<ArrayBuffer>): { hostname: string; port: number } {
  const view = new DataView(raw.buffer);
  const port = view.getUint16(2);
  if (view.getUint16(0, true) !== addressFamilyV6) return { hostname: raw.subarray(4, 8).join("."), port };
  const mapped = raw.subarray(8, 20).every((byte, index) => byte === (index < 10 ? 0 : 0xFF));
  if (mapped) return { hostname: raw.subarray(20, 24).join("."), port };
  const groups = Array.from({ length: 8 }, (_, index) => view.getUint16(8 + index * 2).toString(16));
  return { hostname: new URL(`http://[${groups.join(":")}]`).hostname.slice(1, -1), port };
}
