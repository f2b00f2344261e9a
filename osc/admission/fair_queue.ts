/**
 * Packets of many senders, taken out in turns: deficit round robin (Shreedhar and Varghese, 1995), first among hosts, then
 * among the senders of a host. In each turn a host, and a sender of it, may spend {@link turnBytes} bytes; the rest is kept
 * for its next packet. So a sender with few packets waits for one turn of each other sender, not for all their packets, and
 * many small packets count like few large ones. A packet that has cost more than its bytes is charged afterwards: its sender
 * then waits for further turns of the others. Bounded in packets and bytes for each sender, and in bytes for each host and for
 * all. The bytes of a sender's packets lie one after the other in one buffer, because an object for each packet costs more
 * than reading the packet. Main isolate.
 */

/** A turn's worth of bytes: a few dozen messages. */
const turnBytes = 1_024;

/** First size of a sender's buffer, in bytes. */
const firstBytes = 4_096;

/** Buffers up to this size are kept for the next sender whose packets have to wait. */
const keptBytes = 65_536;
const maxKept = 16;

/** Part of the bytes that other hosts leave free which one host may take: each further host still finds some. */
const hostShare = 0.75;

/** Senders and hosts whose debts are kept while nothing of them waits. */
const maxDebts = 1_024;

export interface FairQueueLimits {
  readonly senderPackets: number;
  readonly senderBytes: number;
  readonly totalBytes: number;
}

/** Room for 32,000 messages of each sender, which take about 0.2 s to carry out, and 16 MiB for all senders together. */
export const queueLimits: FairQueueLimits = {
  senderPackets: 32_768,
  senderBytes: 1 << 20,
  totalBytes: 16 << 20,
};

/** Packets of one sender that wait. */
class SenderQueue<T> {
  readonly key: string;
  readonly host: HostTurns<T>;
  deficit: number;
  /** The item and the size of each packet; those before `#first` were taken out. */
  readonly #items: T[] = [];
  readonly #sizes: number[] = [];
  #first = 0;
  /** The waiting packets are `buffer[#from..#to)`. */
  #from = 0;
  #to = 0;
  buffer: Uint8Array<ArrayBuffer>;

  constructor(key: string, host: HostTurns<T>, deficit: number, buffer: Uint8Array<ArrayBuffer>) {
    this.key = key;
    this.host = host;
    this.deficit = deficit;
    this.buffer = buffer;
  }

  get size(): number {
    return this.#items.length - this.#first;
  }

  get bytes(): number {
    return this.#to - this.#from;
  }

  get nextBytes(): number {
    return this.#sizes[this.#first];
  }

  push(item: T, bytes: Uint8Array): void {
    if (this.#to + bytes.length > this.buffer.length) this.#makeRoom(bytes.length);
    this.buffer.set(bytes, this.#to);
    this.#to += bytes.length;
    this.#items.push(item);
    this.#sizes.push(bytes.length);
  }

  shift(): QueuedPacket<T> {
    const item = this.#items[this.#first];
    const start = this.#from;
    this.#from += this.#sizes[this.#first++];
    if (this.#first >= 1_024) {
      this.#items.splice(0, this.#first);
      this.#sizes.splice(0, this.#first);
      this.#first = 0;
    }
    return { item, bytes: this.buffer.subarray(start, this.#from) };
  }

  /** Moves the waiting packets to the start, into a larger buffer where the present one would soon be full again. */
  #makeRoom(bytes: number): void {
    const waiting = this.buffer.subarray(this.#from, this.#to);
    const wanted = (waiting.length + bytes) * 2;
    if (wanted > this.buffer.length) {
      this.buffer = new Uint8Array(wanted);
      this.buffer.set(waiting);
    } else this.buffer.copyWithin(0, this.#from, this.#to);
    this.#to = waiting.length;
    this.#from = 0;
  }
}

/** The senders of one host. */
interface HostTurns<T> {
  readonly host: string;
  deficit: number;
  /** Bytes that wait. */
  bytes: number;
  /** Senders of whom something waits, also those that are suspended. */
  senders: number;
  /** Queues that are not suspended, in the order of their turns. */
  readonly turns: SenderQueue<T>[];
}

/** A packet that was taken out. */
export interface QueuedPacket<T> {
  readonly item: T;
  /** Valid until the next packet is put in. */
  readonly bytes: Uint8Array<ArrayBuffer>;
}

export class FairQueue<T> {
  readonly #limits: FairQueueLimits;
  readonly #bySender = new Map<string, SenderQueue<T>>();
  readonly #byHost = new Map<string, HostTurns<T>>();
  /** Hosts with a sender that may have a turn, in the order of their turns. */
  readonly #turns: HostTurns<T>[] = [];
  readonly #suspended = new Set<string>();
  /** Negative deficits of senders and hosts of whom nothing waits; forgiven when nothing waits at all. */
  readonly #senderDebts = new Map<string, number>();
  readonly #hostDebts = new Map<string, number>();
  readonly #buffers: Uint8Array<ArrayBuffer>[] = [];
  #bytes = 0;
  #size = 0;

  constructor(limits: FairQueueLimits = queueLimits) {
    this.#limits = limits;
  }

  /** Packets that wait. */
  get size(): number {
    return this.#size;
  }

  /** Bytes that wait. */
  get bytes(): number {
    return this.#bytes;
  }

  /**
   * Adds a copy of a packet after those of the same sender. Returns false, and adds nothing, when there is no room.
   *
   * @param host shares its turns among its senders; omitted: the sender is one of its own
   */
  push(key: string, item: T, bytes: Uint8Array, host = key): boolean {
    const queue = this.#bySender.get(key);
    const { senderPackets, senderBytes, totalBytes } = this.#limits;
    const { length } = bytes;
    if (this.#bytes + length > totalBytes) return false;
    if (queue && (queue.size >= senderPackets || queue.bytes + length > senderBytes)) return false;
    const ofHost = this.#byHost.get(host)?.bytes ?? 0;
    // the first packet of a host may be larger, as that of a sender: it has to fit somewhere
    if (ofHost > 0 && ofHost + length > hostShare * (totalBytes - (this.#bytes - ofHost))) return false;
    const into = queue ?? this.#openQueue(key, host);
    into.push(item, bytes);
    into.host.bytes += length;
    this.#bytes += length;
    this.#size++;
    return true;
  }

  /** Takes out the next packet; undefined when there is none, or only packets of suspended senders. */
  shift(): QueuedPacket<T> | undefined {
    while (this.#turns.length > 0) {
      const host = this.#turns[0];
      if (host.deficit <= 0) {
        host.deficit += turnBytes;
        if (this.#turns.length > 1) this.#turns.push(this.#turns.shift()!);
        continue;
      }
      const queue = host.turns[0];
      const { nextBytes } = queue;
      if (nextBytes > queue.deficit) {
        queue.deficit += turnBytes;
        if (host.turns.length > 1) host.turns.push(host.turns.shift()!);
        continue;
      }
      queue.deficit -= nextBytes;
      host.deficit -= nextBytes;
      host.bytes -= nextBytes;
      this.#bytes -= nextBytes;
      this.#size--;
      const packet = queue.shift();
      if (queue.size === 0) this.#closeQueue(queue);
      return packet;
    }
    if (this.#bySender.size === 0 && this.#suspended.size === 0) this.#forgive();
    return undefined;
  }

  /** Charges a sender, and its host, with bytes that a packet has cost beyond its own. */
  charge(key: string, bytes: number, host = key): void {
    const queue = this.#bySender.get(key);
    if (queue) queue.deficit -= bytes;
    else owe(this.#senderDebts, key, -bytes);
    const turns = this.#byHost.get(host);
    if (turns) turns.deficit -= bytes;
    else owe(this.#hostDebts, host, -bytes);
  }

  /** Gives a sender no turn until {@link FairQueue.resume}, because its last packet is not done yet. */
  suspend(key: string): void {
    this.#suspended.add(key);
    const queue = this.#bySender.get(key);
    if (queue) this.#skip(queue);
  }

  resume(key: string): void {
    const queue = this.#bySender.get(key);
    if (this.#suspended.delete(key) && queue) this.#giveTurn(queue);
  }

  #openQueue(key: string, name: string): SenderQueue<T> {
    const host = this.#byHost.get(name) ?? this.#openHost(name);
    const deficit = turnBytes + (this.#senderDebts.get(key) ?? 0);
    this.#senderDebts.delete(key);
    const queue = new SenderQueue<T>(key, host, deficit, this.#buffers.pop() ?? new Uint8Array(firstBytes));
    this.#bySender.set(key, queue);
    host.senders++;
    if (!this.#suspended.has(key)) this.#giveTurn(queue);
    return queue;
  }

  #openHost(name: string): HostTurns<T> {
    const deficit = turnBytes + (this.#hostDebts.get(name) ?? 0);
    this.#hostDebts.delete(name);
    const host: HostTurns<T> = { host: name, deficit, bytes: 0, senders: 0, turns: [] };
    this.#byHost.set(name, host);
    return host;
  }

  #giveTurn(queue: SenderQueue<T>): void {
    const { host } = queue;
    if (host.turns.length === 0) this.#turns.push(host);
    host.turns.push(queue);
  }

  /** Takes a sender, and a host without another one, out of the turns. */
  #skip({ key, host }: SenderQueue<T>): void {
    const at = host.turns.findIndex((queue) => queue.key === key);
    if (at < 0) return;
    host.turns.splice(at, 1);
    if (host.turns.length === 0) this.#turns.splice(this.#turns.indexOf(host), 1);
  }

  #closeQueue(queue: SenderQueue<T>): void {
    const { key, host, buffer } = queue;
    this.#skip(queue);
    this.#bySender.delete(key);
    if (queue.deficit < 0) owe(this.#senderDebts, key, queue.deficit);
    if (--host.senders === 0) {
      this.#byHost.delete(host.host);
      if (host.deficit < 0) owe(this.#hostDebts, host.host, host.deficit);
    }
    if (buffer.length <= keptBytes && this.#buffers.length < maxKept) this.#buffers.push(buffer);
  }

  #forgive(): void {
    this.#senderDebts.clear();
    this.#hostDebts.clear();
  }
}

function owe(debts: Map<string, number>, name: string, deficit: number): void {
  if (debts.size >= maxDebts) debts.clear();
  debts.set(name, (debts.get(name) ?? 0) + deficit);
}
