import { AddressPattern } from "./pattern.ts";

/** Patterns whose matches are kept; beyond, the least recently used one is dropped. */
export const maxPatternsKept = 256;

/** The matches of patterns among a fixed set of addresses. Main isolate. */
export class PatternCache {
  readonly #addresses: readonly string[];
  readonly #matches = new Map<string, readonly string[]>();

  constructor(addresses: Iterable<string>) {
    this.#addresses = [...addresses];
  }

  /** Patterns that are kept now. */
  get size(): number {
    return this.#matches.size;
  }

  /** All addresses that a pattern matches, in their order. Throws PatternError. */
  matches(pattern: string): readonly string[] {
    let found = this.#matches.get(pattern);
    if (found) this.#matches.delete(pattern);
    else {
      const compiled = new AddressPattern(pattern);
      found = this.#addresses.filter((address) => compiled.matches(address));
      if (this.#matches.size === maxPatternsKept) {
        const [oldest] = this.#matches.keys();
        this.#matches.delete(oldest);
      }
    }
    this.#matches.set(pattern, found);
    return found;
  }
}
