/**
 * Texts by their bytes: a sender uses the same few addresses thousands of times, and each would otherwise be a new string. A
 * table of fixed size in which a new text replaces the one in its slot, so garbage from the network costs no memory.
 */

const slots = 512;

/** Longest text that is kept, in bytes. */
export const maxCachedTextLength = 64;

type Decode = (bytes: Uint8Array, from: number, to: number) => string;

/** Main isolate; allocates when it meets a text that it does not hold. */
export class TextCache {
  readonly #decode: Decode;
  readonly #bytes = new Uint8Array(slots * maxCachedTextLength);
  readonly #lengths = new Uint8Array(slots);
  readonly #texts: string[] = new Array<string>(slots).fill("");

  /** @param decode called when a text is not held */
  constructor(decode: Decode) {
    this.#decode = decode;
  }

  /**
   * The text of `bytes[from..to)`. Four arguments instead of an object, because it is called for every text of every packet.
   *
   * @param hash any number that depends on the bytes alone
   */
  text(bytes: Uint8Array, from: number, to: number, hash: number): string {
    const length = to - from;
    if (length > maxCachedTextLength) return this.#decode(bytes, from, to);
    const slot = (hash ^ hash >>> 9 ^ hash >>> 18) & (slots - 1);
    const start = slot * maxCachedTextLength;
    if (this.#lengths[slot] === length) {
      let at = 0;
      while (at < length && this.#bytes[start + at] === bytes[from + at]) at++;
      if (at === length) return this.#texts[slot];
    }
    const text = this.#decode(bytes, from, to);
    for (let at = 0; at < length; at++) this.#bytes[start + at] = bytes[from + at];
    this.#lengths[slot] = length;
    this.#texts[slot] = text;
    return text;
  }
}
