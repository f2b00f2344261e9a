/** A map of bounded size: beyond it, what was used least recently is forgotten. */
export class LruMap<K, V> {
  readonly #entries = new Map<K, V>();
  readonly #most: number;
  /** What was used last, and its value: asked for again, it need not be moved. Undefined where there is none. */
  #newest: V | undefined;
  #newestKey: K | undefined;

  constructor(most: number) {
    this.#most = most;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** The value, which counts as used now. */
  get(key: K): V | undefined {
    if (key === this.#newestKey && this.#newest !== undefined) return this.#newest;
    const value = this.#entries.get(key);
    if (value === undefined) return undefined;
    this.#entries.delete(key);
    this.#entries.set(key, value);
    this.#newestKey = key;
    this.#newest = value;
    return value;
  }

  /** Adds or replaces; the value must not be undefined. */
  set(key: K, value: V): void {
    this.#entries.delete(key);
    this.#entries.set(key, value);
    this.#newestKey = key;
    this.#newest = value;
    if (this.#entries.size <= this.#most) return;
    const [oldest] = this.#entries.keys();
    this.#entries.delete(oldest);
  }

  delete(key: K): void {
    if (key === this.#newestKey) this.#newest = undefined;
    this.#entries.delete(key);
  }
}
