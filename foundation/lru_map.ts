/** A map of bounded size: an entry beyond it evicts the least recently used one. */
export class LruMap<K, V> {
  readonly #entries = new Map<K, V>();
  readonly #maxSize: number;
  /** The value that was used last: another use of it moves nothing. Undefined when there is none. */
  #newest: V | undefined;
  #newestKey: K | undefined;

  constructor(maxSize: number) {
    this.#maxSize = maxSize;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** Its keys and values, the least recently used first. */
  entries(): IterableIterator<[K, V]> {
    return this.#entries.entries();
  }

  /** Returns the value and marks it as used now. */
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

  /** Adds or replaces an entry; the value must not be undefined. */
  set(key: K, value: V): void {
    this.#entries.delete(key);
    this.#entries.set(key, value);
    this.#newestKey = key;
    this.#newest = value;
    if (this.#entries.size <= this.#maxSize) return;
    const [oldest] = this.#entries.keys();
    this.#entries.delete(oldest);
  }

  delete(key: K): void {
    if (key === this.#newestKey) this.#newest = undefined;
    this.#entries.delete(key);
  }
}
