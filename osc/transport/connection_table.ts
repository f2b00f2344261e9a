/** A connection that takes a place. */
export interface PlacedConnection {
  /** By which places are shared; see `senderHost`. */
  readonly host: string;
  /** Whether anything whole has come over it: a request or a packet. */
  readonly hasSpoken: boolean;
  /** Whether nothing is asked over it at the moment, and its client connects again when there is; omitted: never. */
  readonly isAtRest?: boolean;
  /** When it spoke last, or was accepted: a moment of `performance.now()`. */
  readonly lastMs: number;
  /** Its place was given to another; it has to close. */
  giveWay(): void;
}

export interface ConnectionLimits {
  readonly maxConnections: number;
  /** Of one host. */
  readonly maxPerHost: number;
}

/** Part of the places of a listener that one host may have. */
const hostShare = 0.75;

/** The limits of a listener with so many places. */
export function limitsOf(maxConnections: number): ConnectionLimits {
  return { maxConnections, maxPerHost: Math.ceil(hostShare * maxConnections) };
}

/** Of HTTP, WebSockets among them; of WebSockets; and of OSC over TCP. */
export const httpLimits = limitsOf(128);
export const webSocketLimits = limitsOf(64);
export const tcpLimits = limitsOf(64);

/** A connection that has spoken within this keeps its place. */
const busyMs = 10_000;

/**
 * The connections of one listener. When there are too many, the newest takes the place of another: of one that has said nothing
 * yet, or else of one at rest, or else of the one that is silent longest; from among those of its own host, if that has its share, or
 * else of the host that holds most. So idle connections keep nobody out. Main isolate.
 */
export class ConnectionTable<C extends PlacedConnection> {
  readonly #limits: ConnectionLimits;
  readonly #nowMs: () => number;
  readonly #connections = new Set<C>();

  constructor(limits: ConnectionLimits, nowMs: () => number = () => performance.now()) {
    this.#limits = limits;
    this.#nowMs = nowMs;
  }

  get size(): number {
    return this.#connections.size;
  }

  /** Those that have a place, which may be deleted meanwhile. */
  values(): IterableIterator<C> {
    return this.#connections.values();
  }

  /** Gives a connection a place. Returns false when all that could give way are busy. */
  add(connection: C): boolean {
    const crowd = this.#crowdOf(connection.host);
    if (crowd !== undefined) {
      const idlest = this.#idlestOf(crowd);
      if (!idlest) return false;
      this.#connections.delete(idlest);
      idlest.giveWay();
    }
    this.#connections.add(connection);
    return true;
  }

  delete(connection: C): void {
    this.#connections.delete(connection);
  }

  /** Those from among which one must give way; undefined when there is room. */
  #crowdOf(host: string): readonly C[] | undefined {
    const { maxConnections, maxPerHost } = this.#limits;
    const byHost = Map.groupBy(this.#connections, (connection) => connection.host);
    const own = byHost.get(host) ?? [];
    if (own.length >= maxPerHost) return own;
    if (this.#connections.size < maxConnections) return undefined;
    return [...byHost.values()].reduce((most, held) => held.length > most.length ? held : most, own);
  }

  #idlestOf(crowd: readonly C[]): C | undefined {
    const untilMs = this.#nowMs() - busyMs;
    const kinds = [
      crowd.filter(({ hasSpoken }) => !hasSpoken),
      crowd.filter(({ isAtRest }) => isAtRest),
      crowd.filter(({ lastMs }) => lastMs <= untilMs),
    ];
    const idle = kinds.find((connections) => connections.length > 0) ?? [];
    return idle.reduce<C | undefined>(
      (oldest, each) => oldest === undefined || each.lastMs < oldest.lastMs ? each : oldest,
      undefined,
    );
  }
}
