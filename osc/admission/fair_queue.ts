/**
 * Packets of many senders, taken out in turns: deficit round robin (Shreedhar and Varghese, 1995). In each turn a sender may
 * spend {@link turnBytes} bytes; the rest is kept for its next packet. So a sender with few packets waits for one turn of
 * each other sender, not for all their packets, and many small packets count like few large ones. Bounded in packets and
 * bytes for each sender, and in bytes for all. The bytes of a sender's packets lie one after the other in one buffer, because
 * an object for each packet costs more than reading the packet. Main isolate.
 */

/** A turn's worth of bytes: a few dozen messages. */
const turnBytes = 1_024;

/** First size of a sender's buffer, in bytes. */
const firstBytes = 4_096;

/** Buffers up to this size are kept for the next sender whose packets have to wait. */
const keptBytes = 65_536;
const maxKept = 16;

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
  deficit = turnBytes;
  /** The item and the size of each packet; those before `#first` were taken out. */
  readonly #items: T[] = [];
  readonly #sizes: number[] = [];
  #first = 0;
  /** The waiting packets are `buffer[#from..#to)`. */
  #from = 0;
  #to = 0;
  buffer: Uint8Array<ArrayBuffer>;

  constructor(key: string, buffer: Uint8Array<ArrayBuffer>) {
    this.key = key;
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

/** A packet that was taken out. */
export interface QueuedPacket<T> {
  readonly item: T;
  /** Valid until the next packet is put in. */
  readonly bytes: Uint8Array<ArrayBuffer>;
}

export class FairQueue<T> {
  readonly #limits: FairQueueLimits;
  readonly #bySender = new Map<string, SenderQueue<T>>();
  /** Queues that hold something and are not suspended, in the order of their turns. */
  readonly #turns: SenderQueue<T>[] = [];
  readonly #suspended = new Set<string>();
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

  /** Adds a copy of a packet after those of the same sender. Returns false, and adds nothing, when there is no room. */
  push(key: string, item: T, bytes: Uint8Array): boolean {
    const queue = this.#bySender.get(key);
    const { senderPackets, senderBytes, totalBytes } = this.#limits;
    const { length } = bytes;
    if (this.#bytes + length > totalBytes) return false;
    if (queue && (queue.size >= senderPackets || queue.bytes + length > senderBytes)) return false;
    (queue ?? this.#openQueue(key)).push(item, bytes);
    this.#bytes += length;
    this.#size++;
    return true;
  }

  /** Takes out the next packet; undefined when there is none, or only packets of suspended senders. */
  shift(): QueuedPacket<T> | undefined {
    while (this.#turns.length > 0) {
      const queue = this.#turns[0];
      const { nextBytes } = queue;
      if (nextBytes > queue.deficit) {
        queue.deficit += turnBytes;
        if (this.#turns.length > 1) this.#turns.push(this.#turns.shift()!);
        continue;
      }
      queue.deficit -= nextBytes;
      this.#bytes -= nextBytes;
      this.#size--;
      const packet = queue.shift();
      if (queue.size === 0) this.#closeQueue(queue);
      return packet;
    }
    return undefined;
  }

  /** Gives a sender no turn until {@link FairQueue.resume}, because its last packet is not done yet. */
  suspend(key: string): void {
    this.#suspended.add(key);
    const at = this.#turns.findIndex((queue) => queue.key === key);
    if (at >= 0) this.#turns.splice(at, 1);
  }

  resume(key: string): void {
    const queue = this.#bySender.get(key);
    if (this.#suspended.delete(key) && queue) this.#turns.push(queue);
  }

  #openQueue(key: string): SenderQueue<T> {
    const queue = new SenderQueue<T>(key, this.#buffers.pop() ?? new Uint8Array(firstBytes));
    this.#bySender.set(key, queue);
    if (!this.#suspended.has(key)) this.#turns.push(queue);
    return queue;
  }

  #closeQueue(queue: SenderQueue<T>): void {
    this.#bySender.delete(queue.key);
    this.#turns.shift();
    const { buffer } = queue;
    if (buffer.length <= keptBytes && this.#buffers.length < maxKept) this.#buffers.push(buffer);
  }
}
