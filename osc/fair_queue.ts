/**
 * Packets of many senders, taken out in turns: deficit round robin (Shreedhar and Varghese, 1995). In each turn a sender may
 * spend so many bytes; what it does not spend it keeps for its next packet. So a sender with little to say waits for one
 * turn of the others, not for all they have sent, and many small packets count like few large ones. Bounded in packets and
 * bytes for each sender and for all. Main isolate.
 */

/** A turn's worth of bytes: a few dozen messages. */
const turnBytes = 1_024;

export interface FairQueueLimits {
  readonly senderPackets: number;
  readonly senderBytes: number;
  readonly totalBytes: number;
}

/** Room for a burst of 4,000 messages of each sender; all senders together for 16 MiB. */
export const queueLimits: FairQueueLimits = {
  senderPackets: 4_096,
  senderBytes: 1 << 20,
  totalBytes: 16 << 20,
};

interface Waiting<T> {
  readonly item: T;
  readonly bytes: number;
}

interface Lane<T> {
  readonly key: string;
  readonly items: Waiting<T>[];
  first: number;
  bytes: number;
  deficit: number;
}

export class FairQueue<T> {
  readonly #limits: FairQueueLimits;
  readonly #lanes = new Map<string, Lane<T>>();
  /** Lanes that hold something, in the order of their turns. */
  #turns: Lane<T>[] = [];
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

  /** Puts a packet behind those of the same sender. Returns false, and keeps nothing, when there is no room. */
  push(key: string, item: T, bytes: number): boolean {
    const lane = this.#lanes.get(key);
    const { senderPackets, senderBytes, totalBytes } = this.#limits;
    if (this.#bytes + bytes > totalBytes) return false;
    if (lane && (lane.items.length - lane.first >= senderPackets || lane.bytes + bytes > senderBytes)) {
      return false;
    }
    const target = lane ?? this.#openLane(key);
    target.items.push({ item, bytes });
    target.bytes += bytes;
    this.#bytes += bytes;
    this.#size++;
    return true;
  }

  /** Takes out whose turn it is; undefined when nothing waits. */
  next(): T | undefined {
    while (this.#turns.length > 0) {
      const lane = this.#turns[0];
      const { item, bytes } = lane.items[lane.first];
      if (bytes > lane.deficit) {
        lane.deficit += turnBytes;
        this.#turns.push(this.#turns.shift()!);
        continue;
      }
      lane.deficit -= bytes;
      lane.first++;
      lane.bytes -= bytes;
      this.#bytes -= bytes;
      this.#size--;
      if (lane.first === lane.items.length) this.#closeLane(lane);
      else if (lane.first >= 1_024) lane.items.splice(0, lane.first), lane.first = 0;
      return item;
    }
    return undefined;
  }

  #openLane(key: string): Lane<T> {
    const lane: Lane<T> = { key, items: [], first: 0, bytes: 0, deficit: turnBytes };
    this.#lanes.set(key, lane);
    this.#turns.push(lane);
    return lane;
  }

  #closeLane(lane: Lane<T>): void {
    this.#lanes.delete(lane.key);
    this.#turns.shift();
  }
}
