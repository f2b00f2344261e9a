/**
 * Packets of many senders, taken out in turns: deficit round robin (Shreedhar and Varghese, 1995). In each turn a sender may
 * spend so many bytes; what it does not spend it keeps for its next packet. So a sender with little to say waits for one
 * turn of the others, not for all they have sent, and many small packets count like few large ones. Bounded in packets and
 * bytes for each sender and for all. The bytes of a sender's packets stand one behind the other in one buffer, because an
 * object for each costs more than reading it. Main isolate.
 */

/** A turn's worth of bytes: a few dozen messages. */
const turnBytes = 1_024;

/** Bytes that a sender's buffer holds at first. */
const firstBytes = 4_096;

/** Buffers up to this size are used again for the next sender that has something waiting. */
const keptBytes = 65_536;
const maxKept = 16;

export interface FairQueueLimits {
  readonly senderPackets: number;
  readonly senderBytes: number;
  readonly totalBytes: number;
}

/** Room for 32,000 messages of each sender, some 0.2 s of what can be worked off; all senders together for 16 MiB. */
export const queueLimits: FairQueueLimits = {
  senderPackets: 32_768,
  senderBytes: 1 << 20,
  totalBytes: 16 << 20,
};

/** What waits of one sender. */
class SenderQueue<T> {
  readonly key: string;
  deficit = turnBytes;
  /** What was put in with each packet, and its size; those before `#first` are taken out. */
  readonly #items: T[] = [];
  readonly #sizes: number[] = [];
  #first = 0;
  /** Packets that wait stand from here to there. */
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

  take(): Taken<T> {
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

  /** Moves what waits to the start; into a larger buffer where that would soon be to do again. */
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
export interface Taken<T> {
  readonly item: T;
  /** Valid until the next packet is put in. */
  readonly bytes: Uint8Array<ArrayBuffer>;
}

export class FairQueue<T> {
  readonly #limits: FairQueueLimits;
  readonly #lanes = new Map<string, SenderQueue<T>>();
  /** Lanes that hold something and are not held back, in the order of their turns. */
  readonly #turns: SenderQueue<T>[] = [];
  readonly #heldBack = new Set<string>();
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

  /** Puts a copy of a packet behind those of the same sender. Returns false, and keeps nothing, when there is no room. */
  push(key: string, item: T, bytes: Uint8Array): boolean {
    const lane = this.#lanes.get(key);
    const { senderPackets, senderBytes, totalBytes } = this.#limits;
    const { length } = bytes;
    if (this.#bytes + length > totalBytes) return false;
    if (lane && (lane.size >= senderPackets || lane.bytes + length > senderBytes)) return false;
    (lane ?? this.#openQueue(key)).push(item, bytes);
    this.#bytes += length;
    this.#size++;
    return true;
  }

  /** Takes out whose turn it is; undefined when nothing waits that is not held back. */
  next(): Taken<T> | undefined {
    while (this.#turns.length > 0) {
      const lane = this.#turns[0];
      const { nextBytes } = lane;
      if (nextBytes > lane.deficit) {
        lane.deficit += turnBytes;
        if (this.#turns.length > 1) this.#turns.push(this.#turns.shift()!);
        continue;
      }
      lane.deficit -= nextBytes;
      this.#bytes -= nextBytes;
      this.#size--;
      const taken = lane.take();
      if (lane.size === 0) this.#closeQueue(lane);
      return taken;
    }
    return undefined;
  }

  /** A sender gets no turn until it is let go: what it sent before is still being worked on. */
  holdBack(key: string): void {
    this.#heldBack.add(key);
    const at = this.#turns.findIndex((lane) => lane.key === key);
    if (at >= 0) this.#turns.splice(at, 1);
  }

  letGo(key: string): void {
    const lane = this.#lanes.get(key);
    if (this.#heldBack.delete(key) && lane) this.#turns.push(lane);
  }

  #openQueue(key: string): SenderQueue<T> {
    const lane = new SenderQueue<T>(key, this.#buffers.pop() ?? new Uint8Array(firstBytes));
    this.#lanes.set(key, lane);
    if (!this.#heldBack.has(key)) this.#turns.push(lane);
    return lane;
  }

  #closeQueue(lane: SenderQueue<T>): void {
    this.#lanes.delete(lane.key);
    this.#turns.shift();
    const { buffer } = lane;
    if (buffer.length <= keptBytes && this.#buffers.length < maxKept) this.#buffers.push(buffer);
  }
}
